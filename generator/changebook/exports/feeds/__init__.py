"""What readers subscribe to: the changes and the decisions as feeds, and a calendar."""

from changebook.exports.feeds.made import made

__all__ = ["made"]
