"""Fingerprints: what counts and what does not."""

import pytest

from tests.shop import FILES, analyzed, view


class TestFingerprint:
    BASE = "SELECT user_id, created_at, amount FROM orders"

    def fingerprint(self, sql: str = BASE, header: str = "", **files: str) -> str:
        names = {"sources": "sources.yml", "entities": "entities.yml"}
        result, findings = analyzed(
            {"features/v.sql": view(sql, header=header), **{names[k]: v for k, v in files.items()}}
        )
        assert findings == []
        return result.views["v"].fingerprint

    @pytest.mark.parametrize(
        "sql",
        [
            "select user_id,\n   created_at, amount\nfrom orders",
            "SELECT user_id, created_at, /* spent */ amount FROM orders -- all",
        ],
    )
    def test_layout_and_comments_do_not_count(self, sql: str) -> None:
        assert self.fingerprint(sql) == self.fingerprint()

    @pytest.mark.parametrize(
        "header", ["description: x", "owner: me@example.com", "tags: [daily]", "online: false", "schedule: '0 * * * *'"]
    )
    def test_what_describes_does_not_count(self, header: str) -> None:
        assert self.fingerprint(header=header) == self.fingerprint()

    @pytest.mark.parametrize(
        "header",
        ["delay: 1h", "ttl: 7d", "available_at: created_at", "row_key: [amount]", "features: {amount: {type: double}}"],
    )
    def test_what_means_counts(self, header: str) -> None:
        assert self.fingerprint(header=header) != self.fingerprint()

    def test_sql_and_its_constants_count(self) -> None:
        for sql in (
            f"{self.BASE} WHERE status = 'x'",
            f"{self.BASE} WHERE status = 'X'",
            "SELECT user_id, created_at FROM orders",
        ):
            assert self.fingerprint(sql) != self.fingerprint()
        assert self.fingerprint(f"{self.BASE} WHERE status = 'x'") != self.fingerprint(
            f"{self.BASE} WHERE status = 'X'"
        )

    def test_declarations_of_what_is_read_count(self) -> None:
        sources = FILES["sources.yml"]
        assert self.fingerprint(sources=sources.replace("amount: double", "amount: float")) != self.fingerprint()
        assert self.fingerprint(sources=sources.replace("price: double", "price: float")) == self.fingerprint()
        assert (
            self.fingerprint(entities=FILES["entities.yml"].replace("type: bigint", "type: integer"))
            != self.fingerprint()
        )

    def test_parents_count(self) -> None:
        def child(parent_sql: str) -> str:
            files = {"features/p.sql": view(parent_sql), "features/v.sql": view("SELECT * FROM {{ ref('p') }}")}
            return analyzed(files)[0].views["v"].fingerprint

        assert child(self.BASE) != child(f"{self.BASE} WHERE amount > 1")
