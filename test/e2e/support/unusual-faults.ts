/**
 * What an unusual database can lose between a backup's facts and its dump: a dump taken with `options`, or while `change`
 * is in force, stands in for the backup's own. The drill must fail the checks in `found`, and name what was lost.
 */
export interface Fault {
  what: string;
  options?: string[];
  change?: string;
  undo?: string;
  /** By the check's id. */
  found: Record<string, RegExp>;
}

export const FAULTS: Record<string, Fault> = {
  large_objects: {
    what: "a large object holds something else, and has another owner",
    change: "select lo_put(4000000000, 5, '\\xcafe'); alter large object 4000000000 owner to db_lo_other",
    undo: "select lo_put(4000000000, 5, '\\x0000'); alter large object 4000000000 owner to postgres",
    found: { "rows.contents": /large objects/, "access.owners": /large objects of db_lo_other \(expected 66, / },
  },
  partitions: {
    what: "one partition and an unlogged table are empty",
    options: ["--exclude-table-data=p.m_2025_ab_1", "--no-unlogged-table-data"],
    found: { "rows.rows": /p\.m_2025_ab_1 \(expected 222, found 0\), p\.scratch \(expected 25, found 0\)/ },
  },
  policies: {
    what: "a policy and an event trigger are missing",
    change: "set event_triggers = off; drop policy never_delete on r.tenants; drop event trigger db_pol_drop",
    undo: `set event_triggers = off; create policy never_delete on r.tenants as restrictive for delete using (false);
      create event trigger db_pol_drop on sql_drop execute function r.refuse(); alter event trigger db_pol_drop disable`,
    found: {
      "access.policies": /missing: never_delete on r\.tenants/,
      "schema.eventTriggers": /missing: db_pol_drop/,
      "health.what is unusual": /"f"/,
    },
  },
  subscriptions: {
    what: "publications and subscriptions are left out",
    options: ["--no-publications", "--no-subscriptions"],
    found: { "schema.publications": /missing: .*db_sub_some.*subscription db_sub_far/ },
  },
  tablespaces: {
    what: "a table is in another tablespace",
    change: "alter table t.there set tablespace db_space",
    undo: 'alter table t.there set tablespace "db Space 2"',
    found: { "health.what is unusual": /"f"/ },
  },
  collations: {
    what: "a column has another collation",
    change: 'alter table c.words alter numbered type text collate "C"',
    undo: "alter table c.words alter numbered type text collate c.numbers",
    found: { "schema.columns": /c\.words\.numbered \(expected .* collate c\.numbers, found .* collate "C"\)/ },
  },
  extensions: {
    what: "an extension's function is open to everybody",
    change: "grant execute on function gen_salt(text) to public",
    undo: "revoke execute on function gen_salt(text) from public",
    found: { "access.grants": /gen_salt\(text\) to PUBLIC/ },
  },
  odd_names: {
    what: 'of "a.b"."c" and a."b.c" one is empty',
    options: ['--exclude-table-data="a.b"."c"'],
    found: { "rows.rows": /changed: "a\.b"\.c \(expected 3, found 0\)$/ },
  },
  sql_ascii: {
    what: "one byte of a text in no encoding is another",
    change: "update b.keyed set v = E'\\xea' where v = E'\\xe9'",
    undo: "update b.keyed set v = E'\\xe9' where v = E'\\xea'",
    found: { "rows.contents": /changed: b\.keyed \(/ },
  },
};
