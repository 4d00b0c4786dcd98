import { psql, type SampleTarget } from "../../scripts/loop/sample";

/**
 * A table of over 1 GB in the database `bench`: orders' events with keys, times, JSON and words, which compress about as
 * business data does (pgbench's own rows are nearly all blanks, and flatter whatever compresses fast). The same rows
 * every time.
 */
const ROWS = 4_400_000;

const WORDS =
  "invoice shipped pending customer address warehouse delayed refund partial carrier Zürich signature contract renewal " +
  "discount confirmed cancelled payment overdue reminder express standard return damaged replacement supplier order " +
  "quantity account balance credit debit transfer monthly yearly subscription trial upgrade downgrade seat licence " +
  "support ticket escalated resolved comment attachment scanned approved rejected review audit export import batch " +
  "retry timeout failed success queue worker";

export async function generate(target: SampleTarget): Promise<void> {
  const words = WORDS.split(" ").map((word) => `'${word}'`);
  await psql(
    target,
    "bench",
    `set role bench_owner;
    set synchronous_commit = local;
    drop table if exists bench_events;
    create table bench_events (id bigint primary key, at timestamptz not null, customer int not null, kind text not null,
      payload jsonb not null, note text not null);
    insert into bench_events
      select i, timestamptz '2025-01-01' + i * interval '7 seconds', hashint4(i) & 65535,
        (array['created', 'paid', 'shipped', 'returned', 'closed'])[1 + (hashint4(i * 3) & 3)],
        jsonb_build_object('order', i / 3, 'sku', 'SKU-' || (hashint4(i + 7) & 4095), 'quantity', 1 + (i & 7),
          'price', ((hashint4(i + 11) & 65535) / 100.0)::numeric(9, 2), 'currency', 'CHF'),
        (select string_agg(w[1 + ((hashint4(i + n) & 65535) % cardinality(w))], ' ') from generate_series(0, 9) n)
      from generate_series(1, ${ROWS}) i, (select array[${words.join(", ")}] w) words;
    create index on bench_events (customer, at);
    analyze bench_events;`,
  );
}

export async function discard(target: SampleTarget): Promise<void> {
  await psql(target, "bench", "drop table if exists bench_events");
}
