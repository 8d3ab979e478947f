"""Where the customer speaks: tickets, surveys, reviews, complaints, and the rights of privacy."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.events.envelope import Envelope, Properties
from schemas.events.fields import Actor, Identifier, Name, Scale, Score, Stage, Text
from schemas.events.rules import OneOf, OnScale, Rule


class SupportEvent(Envelope):
    topic: ClassVar[str] = "support.events"


class TicketEvent(SupportEvent):
    """An event about a ticket names it."""

    stage: ClassVar[Stage | None] = "support"
    rules: ClassVar[tuple[Rule, ...]] = (OneOf(("ticket_id",)),)


class TicketProperties(Properties):
    topic: Name | None = None
    """What it is about, in the help desk's words: ``delivery``, ``refund`` …"""
    priority: Name | None = None


class TicketOpened(TicketEvent):
    """The customer asked for help."""

    type: Literal["ticket_opened"] = "ticket_opened"
    properties: TicketProperties = TicketProperties()


class ReplyProperties(Properties):
    by: Literal["human", "bot"]


class AgentReplied(TicketEvent):
    """The shop answered."""

    actor: ClassVar[Actor] = "agent"
    type: Literal["agent_replied"] = "agent_replied"
    properties: ReplyProperties


class CustomerReplied(TicketEvent):
    """The customer wrote again."""

    type: Literal["customer_replied"] = "customer_replied"


class HandoverProperties(Properties):
    to: Name | None = None
    """The agent or team that has it now."""


class TicketHandedOver(TicketEvent):
    """Another agent has the ticket now, or a human after the bot."""

    actor: ClassVar[Actor] = "agent"
    type: Literal["ticket_handed_over"] = "ticket_handed_over"
    properties: HandoverProperties = HandoverProperties()


class TicketSolved(TicketEvent):
    """The shop holds the matter to be settled."""

    actor: ClassVar[Actor] = "agent"
    type: Literal["ticket_solved"] = "ticket_solved"


class TicketReopened(TicketEvent):
    """The customer does not."""

    type: Literal["ticket_reopened"] = "ticket_reopened"


class ArticleProperties(Properties):
    article_id: Identifier | None = None


class ArticleViewed(SupportEvent):
    """A help article was read."""

    stage: ClassVar[Stage | None] = "support"
    type: Literal["article_viewed"] = "article_viewed"
    properties: ArticleProperties = ArticleProperties()


class SurveyProperties(Properties):
    """``scale_max`` says where the scale ends; without it the score is taken as it is."""

    rules: ClassVar[tuple[Rule, ...]] = (OnScale("score", "scale_max", lowest=0),)
    survey: Literal["nps", "csat", "ces"]
    score: Score
    """0 to ``scale_max``."""
    scale_max: Scale | None = None
    comment: Text | None = None


class SurveyAnswered(SupportEvent):
    """The customer gave a score."""

    type: Literal["survey_answered"] = "survey_answered"
    properties: SurveyProperties


class ReviewProperties(Properties):
    rules: ClassVar[tuple[Rule, ...]] = (OnScale("score", "scale_max", lowest=1, default_scale=5),)
    score: Score
    """1 to ``scale_max``."""
    scale_max: Scale = 5
    comment: Text | None = None
    product_id: Identifier | None = None


class ReviewPosted(SupportEvent):
    """The customer reviewed a product or the shop."""

    type: Literal["review_posted"] = "review_posted"
    properties: ReviewProperties


class ComplaintProperties(Properties):
    topic: Name | None = None


class ComplaintRaised(SupportEvent):
    """The customer complained."""

    stage: ClassVar[Stage | None] = "support"
    type: Literal["complaint_raised"] = "complaint_raised"
    properties: ComplaintProperties = ComplaintProperties()


class PrivacyProperties(Properties):
    request: Literal["access", "erasure"]


class PrivacyRequested(SupportEvent):
    """The customer wants to see, or to have erased, what is known of them."""

    type: Literal["privacy_requested"] = "privacy_requested"
    properties: PrivacyProperties
