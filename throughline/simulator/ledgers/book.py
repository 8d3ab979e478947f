"""A book of episodes: which there were, and which of them stand open."""

from __future__ import annotations

from collections import defaultdict

from throughline.simulator.truth import Episode


class Book:
    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self._open: defaultdict[tuple[str, str], list[Episode]] = defaultdict(list)

    def open(self, kind: str, key: str, anchor: str, at: int) -> None:
        episode = Episode(kind, key, anchor, at, at)
        self.episodes.append(episode)
        self._open[kind, key].append(episode)

    def stands(self, kind: str, key: str, at: int) -> bool:
        """Whether one is open at ``at``; at the moment of its expiry it still is."""
        return any(one.expires_at is None or at <= one.expires_at for one in self._open[kind, key])

    def anchors(self, kind: str, key: str) -> list[str]:
        """Of those that nothing has ended."""
        return [one.anchor for one in self._open[kind, key]]

    def end(self, kind: str, key: str, at: int, *anchors: str) -> None:
        """Something ends them at ``at``, or those of these anchors; what had expired before that has expired."""
        ended = [one for one in self._open[kind, key] if not anchors or one.anchor in anchors]
        for episode in ended:
            episode.come_back(at)
            self._open[kind, key].remove(episode)

    def expire(self, kind: str, key: str, at: int) -> None:
        """Nothing has ended them, and at ``at`` they are no longer news."""
        for episode in self._open.pop((kind, key), []):
            episode.expire(at)

    def close(self) -> None:
        """Nothing more comes."""
        for episodes in self._open.values():
            for episode in episodes:
                if episode.expires_at is not None:
                    episode.expire(episode.expires_at)
        self._open.clear()
