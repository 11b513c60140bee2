"""A lesson's video goes out in pieces: a few minutes an answer, so that what was fetched says what was there to see."""
from dataclasses import dataclass
from io import BytesIO

from flask import Response, request, send_file

from core.tenancy import Ctx

MEBIBYTE = 1024 * 1024
_PIECE_MS = 2 * 60 * 1000
_KEPT_S = 24 * 3600


@dataclass(frozen=True)
class Piece:
    """An answer with part of a video: its first and last byte and the size of the whole."""

    response: Response
    first: int
    last: int
    size: int


def piece_bytes(size: int, duration_ms: int) -> int:
    """The most that one answer brings: two minutes of the video, but 1 to 4 MiB."""
    return max(MEBIBYTE, min(4 * MEBIBYTE, size * _PIECE_MS // max(1, duration_ms)))


def video_piece(ctx: Ctx, key: str, duration_ms: int) -> Piece:
    """What the request's range asks for, shortened to a piece (RFC 9110, 15.3.7: browsers ask for the rest).

    The browser keeps it for a day, so that what the player fetched ahead is there when the network is cut (C-02);
    each lease has an address of its own all the same, and fetches its own (L5). A request without a range is not a
    player's; it gets all, and counts as one piece.
    """
    size = ctx.blobs.size(key)
    most = piece_bytes(size, duration_ms)
    wanted = request.range
    if wanted is None:
        return Piece(_whole(ctx, key), 0, min(size, most) - 1, size)
    found = wanted.range_for_length(size)
    if found is None:
        return Piece(Response(status=416, headers={"Content-Range": f"bytes */{size}"}), 0, -1, size)
    first, end = found[0], min(found[1], found[0] + most)
    response = Response(ctx.blobs.part(key, first, end - first), 206, mimetype="video/mp4")
    response.headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    response.set_etag(key.rsplit("/", 1)[-1])
    return Piece(_kept(response), first, end - 1, size)


def _whole(ctx: Ctx, key: str) -> Response:
    local = ctx.blobs.path(key)
    source = local if local is not None else BytesIO(ctx.blobs.get(key, sealed=False))
    return _kept(send_file(source, mimetype="video/mp4", etag=False))


def _kept(response: Response) -> Response:
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Cache-Control"] = f"private, max-age={_KEPT_S}"
    return response
