import { psql, type SampleTarget } from "../../scripts/loop/sample";

/**
 * A table of over 1 GB in the database `bench`: events of orders with keys, times, JSON and the sentences that systems
 * write, which compress about as business data does (pgbench's own rows are nearly all blanks, and flatter whatever
 * compresses fast). The same rows every time.
 */
const ROWS = 4_400_000;

/** What systems write into such a column: few sentences, with numbers in them. */
const NOTES = [
  "Order %1$s was shipped by express, tracking number %2$s",
  "Payment for order %1$s received, reference %2$s",
  "Customer asked about order %1$s; ticket %2$s opened",
  "Order %1$s returned: item damaged in transit, claim %2$s",
  "Invoice %2$s sent for order %1$s, due in 30 days",
  "Reminder sent for invoice %2$s of order %1$s",
  "Address of order %1$s changed by the customer (request %2$s)",
  "Order %1$s closed after delivery, survey %2$s sent",
];

export async function generate(target: SampleTarget): Promise<void> {
  const notes = NOTES.map((note) => `'${note}'`).join(", ");
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
        format((array[${notes}])[1 + (hashint4(i + 5) & 7)], i / 3, hashint4(i + 13) & 16777215)
      from generate_series(1, ${ROWS}) i;
    create index on bench_events (customer, at);
    analyze bench_events;`,
  );
}

export async function discard(target: SampleTarget): Promise<void> {
  await psql(target, "bench", "drop table if exists bench_events");
}
