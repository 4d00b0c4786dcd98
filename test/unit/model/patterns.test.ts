import assert from "node:assert/strict";
import fc from "fast-check";
import {
  fits,
  namePatternField,
  parseNamePattern,
  parseTablePattern,
  tablePatternField,
} from "../../../model/patterns";

const matches = (pattern: string, schema: string, table: string) => {
  const parsed = parseTablePattern(pattern);
  return fits(parsed.schema, schema) && fits(parsed.table, table);
};

describe("a pattern of tables", () => {
  it("is a schema and a table, in which a star stands for any characters, also none", () => {
    assert.ok(matches("audit.log", "audit", "log"));
    assert.ok(matches("audit.log*", "audit", "log"));
    assert.ok(matches("a*.*_2024_*", "audit", "log_2024_01"));
    assert.ok(!matches("audit.log", "audit", "log2"));
    assert.ok(!matches("audit.log", "other", "log"));
    assert.ok(!matches("audit.*log", "audit", "logs"));
  });

  it("tells upper from lower case, and takes SQL's own wildcards for the characters that they are", () => {
    assert.ok(!matches("Audit.log", "audit", "log"));
    assert.ok(!matches("audit.log_a", "audit", "logxa"));
    assert.ok(!matches("audit.%", "audit", "log"));
    assert.deepEqual(parseTablePattern("a_b.50%\\"), { schema: "a\\_b", table: "50\\%\\\\" });
  });

  it("says any name in double quotes, with dots, stars and quotes in it", () => {
    assert.deepEqual(parseTablePattern('"odd.schema"."My ""Log""*"'), { schema: "odd.schema", table: 'My "Log"*' });
    assert.ok(!matches('audit."log*"', "audit", "logs"));
    assert.ok(matches('audit."a.b"*', "audit", "a.b2"));
  });

  it("fits every name that it spells out in quotes, and no other", () => {
    const name = fc.string({ minLength: 1, unit: "grapheme" });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(name, name, name, (schema, table, other) => {
        const pattern = `${quoted(schema)}.${quoted(table)}`;
        assert.ok(matches(pattern, schema, table));
        assert.equal(matches(pattern, schema, other), table === other);
      }),
    );
  });

  it("is refused when it is no schema and table, and says how it is written", () => {
    for (const text of ["log", "a.b.c", ".log", "audit.", "", '"a.b"']) {
      const { error } = tablePatternField.safeParse(text);
      assert.match(error?.issues[0]?.message ?? "", /must be schema\.table, .*"odd\.schema"\.log/, text);
    }
    assert.match(tablePatternField.safeParse('a."b').error?.issues[0]?.message ?? "", /without its partner/);
  });
});

describe("a pattern of databases", () => {
  it("is a name, dots and all, with stars for any characters", () => {
    assert.ok(fits(parseNamePattern("shop.*"), "shop.eu"));
    assert.ok(!fits(parseNamePattern("shop.*"), "shopping"));
    assert.ok(fits(parseNamePattern("*"), "anything\nat all"));
    assert.ok(!fits(parseNamePattern('"*"'), "anything"));
    assert.equal(namePatternField.safeParse("").success, false);
  });
});
