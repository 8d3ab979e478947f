"""What happens in the shop before checkout: looking, searching, putting into the cart, and what gets in the way."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from schemas.events.envelope import Envelope, Properties
from schemas.events.fields import Actor, Count, Currency, Identifier, Minor, Name, Stage, Text
from schemas.events.product import Product, ProductList


class StorefrontEvent(Envelope):
    topic: ClassVar[str] = "storefront.events"


class PageProperties(Properties):
    url: Text | None = None
    title: Text | None = None
    path: Text | None = None
    referrer: Text | None = None
    page_kind: Name | None = None
    """What the page is for: ``order_status``, ``help`` …"""


class PageViewed(StorefrontEvent):
    """A page was shown."""

    stage: ClassVar[Stage | None] = "discover"
    type: Literal["page_viewed"] = "page_viewed"
    properties: PageProperties = PageProperties()


class SearchProperties(Properties):
    query: Text
    results: Count | None = None
    """How many products were found; 0 is a dead end."""


class ProductsSearched(StorefrontEvent):
    """The shop was searched."""

    stage: ClassVar[Stage | None] = "discover"
    type: Literal["products_searched"] = "products_searched"
    properties: SearchProperties


class ProductListViewed(StorefrontEvent):
    """A category or another list of products was shown."""

    stage: ClassVar[Stage | None] = "discover"
    type: Literal["product_list_viewed"] = "product_list_viewed"
    properties: ProductList = ProductList()


class ProductViewed(StorefrontEvent):
    """A product's page was shown."""

    stage: ClassVar[Stage | None] = "consider"
    type: Literal["product_viewed"] = "product_viewed"
    properties: Product = Product()


class ProductAdded(StorefrontEvent):
    """``quantity`` pieces more are in the cart."""

    stage: ClassVar[Stage | None] = "cart"
    type: Literal["product_added"] = "product_added"
    properties: Product = Product()


class ProductRemoved(StorefrontEvent):
    """``quantity`` pieces fewer are in the cart."""

    stage: ClassVar[Stage | None] = "cart"
    type: Literal["product_removed"] = "product_removed"
    properties: Product = Product()


class CartViewed(StorefrontEvent):
    """The cart was looked at."""

    stage: ClassVar[Stage | None] = "cart"
    type: Literal["cart_viewed"] = "cart_viewed"
    properties: ProductList = ProductList()


class CouponProperties(Properties):
    coupon: Name | None = None
    discount_minor: Minor | None = None
    currency: Currency | None = None
    reason: Text | None = None
    """Why it was denied."""


class CouponApplied(StorefrontEvent):
    """A coupon took effect."""

    stage: ClassVar[Stage | None] = "cart"
    type: Literal["coupon_applied"] = "coupon_applied"
    properties: CouponProperties = CouponProperties()


class CouponDenied(StorefrontEvent):
    """A coupon was tried and refused."""

    stage: ClassVar[Stage | None] = "cart"
    type: Literal["coupon_denied"] = "coupon_denied"
    properties: CouponProperties = CouponProperties()


class WishlistAdded(StorefrontEvent):
    """A product was put aside for later."""

    stage: ClassVar[Stage | None] = "consider"
    type: Literal["wishlist_added"] = "wishlist_added"
    properties: Product = Product()


class PromotionProperties(Properties):
    promotion_id: Identifier | None = None
    name: Name | None = None
    creative: Name | None = None
    position: Name | Count | None = None


class PromotionViewed(StorefrontEvent):
    """A banner or another promotion was shown."""

    stage: ClassVar[Stage | None] = "discover"
    type: Literal["promotion_viewed"] = "promotion_viewed"
    properties: PromotionProperties = PromotionProperties()


class PromotionClicked(StorefrontEvent):
    """A promotion was followed."""

    stage: ClassVar[Stage | None] = "discover"
    type: Literal["promotion_clicked"] = "promotion_clicked"
    properties: PromotionProperties = PromotionProperties()


class FeatureProperties(Properties):
    feature: Name
    """``ar_preview``, ``vr_tour``, ``size_guide``, ``recommendation`` …"""
    product_id: Identifier | None = None


class FeatureUsed(StorefrontEvent):
    """A tool of the shop was used: an AR preview, a size guide, a recommendation."""

    stage: ClassVar[Stage | None] = "consider"
    type: Literal["feature_used"] = "feature_used"
    properties: FeatureProperties


class FrustrationProperties(Properties):
    how: Literal["rage", "dead", "error"]
    """Many clicks at one place; a click that did nothing; a click that failed."""
    target: Text | None = None
    url: Text | None = None


class ClickFrustrated(StorefrontEvent):
    """A click did not do what its maker hoped."""

    type: Literal["click_frustrated"] = "click_frustrated"
    properties: FrustrationProperties


class ErrorProperties(Properties):
    message: Text | None = None
    code: Name | None = None
    url: Text | None = None


class ErrorShown(StorefrontEvent):
    """The shop showed an error."""

    type: Literal["error_shown"] = "error_shown"
    properties: ErrorProperties = ErrorProperties()


class ExperimentProperties(Properties):
    experiment_id: Identifier
    variation_id: Identifier


class ExperimentViewed(StorefrontEvent):
    """The shop showed the customer one variation of an experiment."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["experiment_viewed"] = "experiment_viewed"
    properties: ExperimentProperties


class IdentifiedProperties(Properties):
    traits: dict[str, JsonValue] = Field(default_factory=dict)


class Identified(StorefrontEvent):
    """The customer said who they are: a login, a registration, a newsletter form."""

    type: Literal["identified"] = "identified"
    properties: IdentifiedProperties = IdentifiedProperties()


class LoggedOut(StorefrontEvent):
    """The customer logged out; the device may be another's from here on."""

    type: Literal["logged_out"] = "logged_out"


class ConsentProperties(Properties):
    purposes: dict[str, bool] = Field(default_factory=dict)
    """Purpose to yes or no, as it now stands."""


class ConsentChanged(StorefrontEvent):
    """The customer allowed or forbade uses of their data."""

    type: Literal["consent_changed"] = "consent_changed"
    properties: ConsentProperties = ConsentProperties()


class LoyaltyProperties(Properties):
    programme: Name | None = None
    tier: Name | None = None
    points: Count | None = None
    """The balance after the change."""


class LoyaltyChanged(StorefrontEvent):
    """Points or tier of a loyalty programme changed."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["loyalty_changed"] = "loyalty_changed"
    properties: LoyaltyProperties = LoyaltyProperties()
