import { psql, type SampleTarget } from "../../scripts/loop/sample";

/** A table of over 1 GB that is put into the database `bench` for a while. The same rows every time. */
export interface Generated {
  name: string;
  table: string;
  /** Columns and, from `i` of 1 to `rows`, what stands in them. */
  columns: string;
  select: string;
  rows: number;
  index?: string;
}

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

export const GENERATED: readonly Generated[] = [
  // The rows that `pgbench -i -s 80` makes: what is usually measured, and nearly all blanks.
  {
    name: "pgbench's accounts",
    table: "bench_accounts",
    columns: "aid int primary key, bid int, abalance int, filler char(84)",
    select: "i, 1 + i / 100000, 0, ''",
    rows: 8_000_000,
  },
  // Events of orders with keys, times, JSON and sentences, which compress about as business data does.
  {
    name: "events of orders",
    table: "bench_events",
    columns: `id bigint primary key, at timestamptz not null, customer int not null, kind text not null,
      payload jsonb not null, note text not null`,
    select: `i, timestamptz '2025-01-01' + i * interval '7 seconds', hashint4(i) & 65535,
        (array['created', 'paid', 'shipped', 'returned', 'closed'])[1 + (hashint4(i * 3) & 3)],
        jsonb_build_object('order', i / 3, 'sku', 'SKU-' || (hashint4(i + 7) & 4095), 'quantity', 1 + (i & 7),
          'price', ((hashint4(i + 11) & 65535) / 100.0)::numeric(9, 2), 'currency', 'CHF'),
        format((array[${NOTES.map((note) => `'${note}'`).join(", ")}])[1 + (hashint4(i + 5) & 7)], i / 3, hashint4(i + 13) & 16777215)`,
    rows: 4_400_000,
    index: "(customer, at)",
  },
];

export async function generate(target: SampleTarget, { table, columns, select, rows, index }: Generated) {
  await psql(
    target,
    "bench",
    `set role bench_owner;
    set synchronous_commit = local;
    drop table if exists ${table};
    create table ${table} (${columns});
    insert into ${table} select ${select} from generate_series(1, ${rows}) i;
    ${index ? `create index on ${table} ${index};` : ""}
    analyze ${table};`,
  );
}

export async function discard(target: SampleTarget, { table }: Generated): Promise<void> {
  await psql(target, "bench", `drop table if exists ${table}`);
}
