"""How a token of bytes is written where a person reads it."""


def token_text(token: bytes) -> str:
    """The text of a token, or its bytes as numbers where they are no whole character.

    >>> token_text(b" hat"), token_text(bytes([0xE2, 0x80]))
    (' hat', '‹e2-80›')
    """
    try:
        return token.decode("utf-8")
    except UnicodeDecodeError:
        return f"‹{token.hex('-')}›"
