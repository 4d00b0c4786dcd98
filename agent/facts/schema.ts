import { isRelationLeftOut } from "../postgres/left-out";
import { type FactQuery, notOfExtension, OWN_SCHEMA, recorded, sorted } from "./query";

/** What the database is made of. Positions and OIDs stay out: a restore may give other ones. */

/** Temporary servers have tablespaces from this version on: before, everything is restored into the default one. */
const TABLESPACES_SINCE = 15;
/** SQL: where the relation is, when that is not the database's own tablespace. */
const tablespace = (major: number, relation: string) =>
  major < TABLESPACES_SINCE
    ? "NULL"
    : `(SELECT 'tablespace ' || s.spcname::text FROM pg_tablespace s WHERE s.oid = ${relation}.reltablespace)`;

/** SQL: the kinds of relation that are tables. Partitioned tables hold no rows themselves. */
const TABLES = "c.relkind IN ('r', 'p', 'f')";
const OWN_RELATION = `${OWN_SCHEMA} AND ${recorded("pg_class", "c.oid")}`;
/** SQL: a column's options without the server's own, such as pg_attver, which counts changes and is never dumped. */
const SET_BY_PEOPLE = "ARRAY(SELECT o FROM unnest(a.attoptions) o WHERE o::text !~ '^pg_'::text)";

/** SQL: the schemas of the publication `p`, also those without a table. */
const PUBLISHED_SCHEMAS = `, (SELECT 'schemas ' || string_agg(quote_ident(n.nspname::text), ' and '::text ORDER BY n.nspname::text)
  FROM pg_publication_namespace m JOIN pg_namespace n ON n.oid = m.pnnspid WHERE m.pnpubid = p.oid)`;

export const schemaQueries: FactQuery[] = [
  {
    section: "schemas",
    sql: `SELECT format('%I', n.nspname) AS identity, 'schema' AS plain, NULL AS expression
      FROM pg_namespace n WHERE ${OWN_SCHEMA} AND ${notOfExtension("pg_namespace", "n.oid")}`,
  },
  {
    section: "extensions",
    sql: `SELECT format('%I', x.extname) AS identity, format('version %s in %I', x.extversion, n.nspname) AS plain,
        NULL AS expression
      FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace`,
  },
  {
    section: "tables",
    sql: (major) => `SELECT format('%I.%I', n.nspname, c.relname) AS identity,
        concat_ws(', ',
          CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' ELSE 'foreign table' END,
          CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
          'of type ' || nullif(c.reloftype, 0::oid)::regtype::text,
          (SELECT 'inherits ' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = c.oid),
          (SELECT 'using ' || am.amname::text FROM pg_am am WHERE am.oid = c.relam AND am.amname <> 'heap'),
          'with ' || ${sorted("c.reloptions")},
          (SELECT 'toast with ' || ${sorted("t.reloptions")} FROM pg_class t WHERE t.oid = c.reltoastrelid),
          ${tablespace(major, "c")},
          ${major >= 14 ? "(SELECT 'detaching pending' FROM pg_inherits i WHERE i.inhrelid = c.oid AND i.inhdetachpending)" : "NULL"},
          CASE c.relreplident WHEN 'f' THEN 'replica identity full' WHEN 'n' THEN 'replica identity nothing'
            WHEN 'i' THEN 'replica identity by index' END,
          (SELECT 'server ' || s.srvname::text || ' ' || coalesce(${sorted("f.ftoptions")}, ''::text)
            FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = c.oid)) AS plain,
        concat_ws(' ', pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid)) AS expression
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${TABLES} AND ${OWN_RELATION}`,
  },
  {
    // A child of several tables, or one whose parent got columns later, has its columns in another order after a
    // restore: the position counts for all other tables only. A default names no column, and is printed without the
    // table: with it, each of a thousand defaults would take the time of a thousand columns, squared.
    section: "columns",
    sql: `SELECT format('%I.%I.%I', n.nspname, c.relname, a.attname) AS identity,
        concat_ws(' ',
          CASE WHEN c.relispartition OR NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
            THEN '#' || a.position::text END,
          format_type(a.atttypid, a.atttypmod),
          (SELECT 'collate ' || l.oid::regcollation::text FROM pg_collation l
            WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation),
          CASE WHEN a.attnotnull THEN 'not null' END,
          CASE WHEN NOT a.attislocal AND NOT c.relispartition THEN 'inherited' END,
          CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
          CASE a.attgenerated WHEN 's' THEN 'generated stored' WHEN 'v' THEN 'generated virtual' END,
          CASE WHEN a.attstorage <> t.typstorage AND c.relkind IN ('r', 'p', 'm') THEN 'storage ' || a.attstorage::text END,
          'compression ' || nullif(to_jsonb(a)->>'attcompression'::text, ''::text),
          'statistics ' || nullif(to_jsonb(a)->>'attstattarget'::text, '-1'::text),
          'with ' || ${sorted(SET_BY_PEOPLE)},
          'options ' || ${sorted("a.attfdwoptions")}) AS plain,
        pg_get_expr(d.adbin, CASE a.attgenerated WHEN '' THEN 0 ELSE d.adrelid END) AS expression
      FROM (SELECT a.*, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS position
          FROM pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped) a
        JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND ${OWN_RELATION}`,
  },
  {
    // The copies of a foreign key on partitions are made by the server, under names of its own.
    section: "constraints",
    sql: `SELECT CASE WHEN k.conrelid <> 0::oid THEN format('%s %I', k.conrelid::regclass, k.conname)
          ELSE format('domain %s %I', k.contypid::regtype, k.conname) END AS identity,
        CASE WHEN NOT k.conislocal AND NOT EXISTS (SELECT FROM pg_class p WHERE p.oid = k.conrelid AND p.relispartition)
          THEN 'inherited' END AS plain, pg_get_constraintdef(k.oid) AS expression
      FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
      WHERE k.contype IN ('c', 'f', 'p', 'u', 'x') AND NOT (k.contype = 'f' AND k.conparentid <> 0::oid) AND ${OWN_SCHEMA}
        AND ${recorded("pg_class", "k.conrelid")} AND ${notOfExtension("pg_type", "k.contypid")}`,
  },
  {
    // As pg_dump: an index that is not valid is not dumped, except one of a partitioned table.
    section: "indexes",
    sql: (major) => `SELECT format('%I.%I', n.nspname, x.relname) AS identity,
        concat_ws(', ', CASE WHEN i.indisreplident THEN 'replica identity' END,
          CASE WHEN i.indisclustered THEN 'clustered' END, ${tablespace(major, "x")},
          (SELECT 'statistics ' || string_agg(a.attnum::text || '=' || (to_jsonb(a)->>'attstattarget'::text), ' '::text ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = x.oid AND nullif(to_jsonb(a)->>'attstattarget'::text, '-1'::text) IS NOT NULL),
          (SELECT 'part of ' || h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)) AS plain,
        pg_get_indexdef(i.indexrelid) AS expression
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (i.indisvalid OR c.relkind = 'p') AND i.indisready AND ${OWN_RELATION}
      UNION ALL
      SELECT format('statistics %I.%I', n.nspname, s.stxname),
        'target ' || nullif(to_jsonb(s)->>'stxstattarget'::text, '-1'::text), pg_get_statisticsobjdef(s.oid)
      FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace
      WHERE ${OWN_SCHEMA} AND ${recorded("pg_statistic_ext", "s.oid")}`,
  },
  {
    section: "views",
    digest: true,
    sql: (major) => `SELECT format('%I.%I', n.nspname, c.relname) AS identity,
        concat_ws(', ', CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END,
          ${sorted("c.reloptions")}, ${tablespace(major, "c")}, CASE WHEN NOT c.relispopulated THEN 'without data' END) AS plain,
        pg_get_viewdef(c.oid) AS expression
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${OWN_RELATION}
      UNION ALL
      SELECT format('rule %I on %s', r.rulename, r.ev_class::regclass), r.ev_enabled::text, pg_get_ruledef(r.oid)
      FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE r.rulename <> '_RETURN' AND ${OWN_RELATION}`,
  },
  {
    section: "triggers",
    sql: `SELECT format('%s %I', t.tgrelid::regclass, t.tgname) AS identity,
        CASE t.tgenabled WHEN 'O' THEN NULL WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' ELSE 'always' END AS plain,
        pg_get_triggerdef(t.oid) AS expression
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE NOT t.tgisinternal AND ${OWN_RELATION}`,
  },
  {
    section: "eventTriggers",
    sql: `SELECT format('%I', t.evtname) AS identity,
        concat_ws(', ', t.evtevent, t.evtfoid::regprocedure, 'enabled ' || t.evtenabled::text, ${sorted("t.evttags")}) AS plain,
        NULL AS expression
      FROM pg_event_trigger t WHERE ${notOfExtension("pg_event_trigger", "t.oid")}`,
  },
  {
    section: "sequences",
    sql: `SELECT format('%I.%I', n.nspname, c.relname) AS identity,
        concat_ws(', ', format_type(s.seqtypid, NULL), format('from %s to %s by %s, start %s, cache %s',
            s.seqmin, s.seqmax, s.seqincrement, s.seqstart, s.seqcache), CASE WHEN s.seqcycle THEN 'cycles' END,
          CASE c.relpersistence WHEN 'u' THEN 'unlogged' END,
          (SELECT format('owned by %s.%I', d.refobjid::regclass, a.attname) FROM pg_depend d
            JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
              AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0)) AS plain,
        NULL AS expression
      FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${OWN_RELATION}`,
  },
  {
    section: "publications",
    sql: (major) => `SELECT format('%I', p.pubname) AS identity,
        concat_ws(', ', CASE WHEN p.puballtables THEN 'all tables' END, CASE WHEN p.pubinsert THEN 'insert' END,
          CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
          CASE WHEN p.pubtruncate THEN 'truncate' END, CASE WHEN p.pubviaroot THEN 'via root' END${major >= 15 ? PUBLISHED_SCHEMAS : ""}) AS plain,
        (SELECT string_agg(concat_ws(' ', format('%I.%I', t.schemaname, t.tablename), to_jsonb(t)->>'attnames'::text,
            to_jsonb(t)->>'rowfilter'::text), '; ' ORDER BY t.schemaname, t.tablename)
          FROM pg_publication_tables t WHERE t.pubname = p.pubname AND NOT p.puballtables
            AND NOT ${isRelationLeftOut("to_regclass(format('%I.%I', t.schemaname, t.tablename))::oid")}) AS expression
      FROM pg_publication p WHERE ${notOfExtension("pg_publication", "p.oid")}`,
  },
  {
    // Whether it is switched on stays out: a dump switches every subscription off. So does where it connects to, which
    // has a password in it and which only a superuser may read.
    section: "publications",
    sql: `SELECT format('subscription %I', s.subname) AS identity,
        concat_ws(', ', 'to ' || (SELECT string_agg(quote_ident(e::text), ' and '::text ORDER BY e::text) FROM unnest(s.subpublications) e),
          'slot ' || s.subslotname::text, CASE WHEN s.subbinary THEN 'binary' END, 'commit ' || s.subsynccommit,
          'owner ' || pg_get_userbyid(s.subowner)::text) AS plain,
        NULL AS expression
      FROM pg_subscription s
      WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`,
  },
];
