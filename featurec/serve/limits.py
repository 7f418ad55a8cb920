"""What a server takes at most; a request beyond it is answered with the status that says so."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of requests, connections and time.

    Attributes:
        body: bytes of a request's body, declared or chunked.
        depth: of nested arrays and objects in it.
        entities: in a request.
        features: that an answer may have.
        key: bytes of an entity key, as the online store spells it.
        header, headers: bytes and number of a request's header lines.
        url: bytes of the path and query.
        connections: open at a time.
        requests: worked on or waiting at a time; one more is turned away.
        pool: sessions of the online store.
        waiting: seconds that a request waits for a session.
        query: seconds that a query of the online store may take.
        reading: seconds in which a request must have come whole.
        writing: seconds in which a client must take what is sent to it.
        idle: seconds that a connection is kept open between requests.
        drain: seconds that requests have to end once the server is told to.
    """

    body: int = 1 << 20
    depth: int = 10
    entities: int = 1_000
    features: int = 200
    key: int = 512
    header: int = 16 << 10
    headers: int = 100
    url: int = 4 << 10
    connections: int = 2_000
    requests: int = 64
    pool: int = 8
    waiting: float = 0.2
    query: float = 1.0
    reading: float = 5.0
    writing: float = 5.0
    idle: float = 60.0
    drain: float = 10.0
