"""The ledger: tokens, pools, wallets, swaps, and every transfer between them."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = """
CREATE TABLE market.chain (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    genesis_ms bigint NOT NULL,
    last_slot bigint NOT NULL,
    last_number bigint NOT NULL
);

CREATE TABLE market.tokens (
    mint text PRIMARY KEY,
    symbol text NOT NULL,
    decimals smallint NOT NULL CHECK (decimals BETWEEN 0 AND 18),
    minted numeric(39, 0) NOT NULL DEFAULT 0 CHECK (minted >= 0),
    outside numeric(39, 0) NOT NULL DEFAULT 0 CHECK (outside >= 0)
);

CREATE TABLE market.pools (
    pool_id text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    mint_0 text NOT NULL REFERENCES market.tokens,
    mint_1 text NOT NULL REFERENCES market.tokens,
    state json NOT NULL,
    slot bigint NOT NULL,
    liquidity_0 numeric(20, 0) NOT NULL CHECK (liquidity_0 >= 0),
    liquidity_1 numeric(20, 0) NOT NULL CHECK (liquidity_1 >= 0),
    fees_0 numeric(20, 0) NOT NULL CHECK (fees_0 >= 0),
    fees_1 numeric(20, 0) NOT NULL CHECK (fees_1 >= 0)
) WITH (fillfactor = 50);

CREATE TABLE market.wallets (
    account_id text NOT NULL,
    mint text NOT NULL REFERENCES market.tokens,
    amount numeric(20, 0) NOT NULL CHECK (amount BETWEEN 0 AND 18446744073709551615),
    PRIMARY KEY (account_id, mint)
) WITH (fillfactor = 50);

CREATE TABLE market.swaps (
    swap_id uuid PRIMARY KEY,
    number bigint NOT NULL UNIQUE,
    account_id text NOT NULL,
    mint_in text NOT NULL,
    mint_out text NOT NULL,
    amount_in numeric(20, 0) NOT NULL,
    min_amount_out numeric(20, 0) NOT NULL,
    legs json NOT NULL,
    order_tag text NOT NULL,
    submitter text NOT NULL,
    scenario text NOT NULL,
    attempt integer NOT NULL,
    received_ms bigint NOT NULL,
    signature text NOT NULL,
    state text NOT NULL CHECK (state IN ('landed', 'failed', 'expired')),
    failure text NOT NULL,
    slot bigint NOT NULL,
    ended_ms bigint NOT NULL,
    amount_out numeric(20, 0) NOT NULL,
    fills json NOT NULL,
    detail text NOT NULL,
    CHECK ((state = 'landed') = (failure = ''))
);
CREATE INDEX swaps_by_account ON market.swaps (account_id, number);
CREATE INDEX swaps_by_order_tag ON market.swaps (order_tag, number);

CREATE TABLE market.transfers (
    transfer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot bigint NOT NULL,
    swap_id uuid,
    mint text NOT NULL,
    source text NOT NULL,
    destination text NOT NULL,
    amount numeric(39, 0) NOT NULL CHECK (amount > 0)
);
COMMENT ON TABLE market.transfers IS
    'Append-only. Holders are mint, outside, wallet:<account> and pool:<pool id>; what leaves mint is minted.';

CREATE TABLE market.airdrops (
    airdrop_id uuid PRIMARY KEY,
    account_id text NOT NULL,
    mint text NOT NULL,
    amount numeric(20, 0) NOT NULL,
    slot bigint NOT NULL
);
"""


def upgrade() -> None:
    """Make the tables."""
    op.execute(_TABLES)


def downgrade() -> None:
    """Drop the tables; the schema and the version table stay."""
    op.execute("DROP TABLE market.airdrops, market.transfers, market.swaps, market.wallets, market.pools")
    op.execute("DROP TABLE market.tokens, market.chain")
