import { type FactQuery, FIRST_USER_OID, identified, notOfExtension, OWN_SCHEMA, sorted } from "./query";

/** Types, and the rarer things that applications build on: operators, casts, collations, text search, foreign servers. */

const OWN_TYPE = `${OWN_SCHEMA} AND ${notOfExtension("pg_type", "t.oid")}`;
const TYPE = "format('%I.%I', n.nspname, t.typname) AS identity";
const FROM_TYPE = "FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace";

const identity = (catalog: string, oid: string) => `${identified(catalog, oid)} AS identity`;
const own = (catalog: string, oid: string) => `${oid} >= ${FIRST_USER_OID} AND ${notOfExtension(catalog, oid)}`;

export const typeQueries: FactQuery[] = [
  {
    section: "types",
    sql: `SELECT ${TYPE}, 'enum ' || (SELECT string_agg(quote_literal(e.enumlabel::text), ', ' ORDER BY e.enumsortorder)
          FROM pg_enum e WHERE e.enumtypid = t.oid) AS plain, NULL AS expression
        ${FROM_TYPE} WHERE t.typtype = 'e' AND ${OWN_TYPE}
      UNION ALL
      SELECT ${TYPE}, concat_ws(' ', 'domain over', format_type(t.typbasetype, t.typtypmod),
          (SELECT 'collate ' || l.oid::regcollation::text FROM pg_collation l JOIN pg_type b ON b.oid = t.typbasetype
            WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation),
          CASE WHEN t.typnotnull THEN 'not null' END), pg_get_expr(t.typdefaultbin, 0)
        ${FROM_TYPE} WHERE t.typtype = 'd' AND ${OWN_TYPE}
      UNION ALL
      SELECT ${TYPE}, 'composite ' || coalesce((SELECT string_agg(format('%I %s', a.attname,
            format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), ''), NULL
        ${FROM_TYPE} JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE ${OWN_TYPE}
      UNION ALL
      SELECT ${TYPE}, concat_ws(', ', 'range over ' || format_type(r.rngsubtype, NULL)::text, c.opcname, r.rngcollation::regcollation,
          nullif(r.rngcanonical::oid, 0::oid)::regprocedure, nullif(r.rngsubdiff::oid, 0::oid)::regprocedure), NULL
        ${FROM_TYPE} JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_opclass c ON c.oid = r.rngsubopc
        WHERE t.typtype = 'r' AND ${OWN_TYPE}
      UNION ALL
      SELECT ${TYPE}, concat_ws(', ', 'base', t.typinput::regprocedure, t.typoutput::regprocedure, t.typlen,
          t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typispreferred, t.typdelim, nullif(t.typelem, 0::oid)::regtype,
          nullif(t.typreceive::oid, 0::oid)::regproc, nullif(t.typsend::oid, 0::oid)::regproc, nullif(t.typmodin::oid, 0::oid)::regproc,
          nullif(t.typmodout::oid, 0::oid)::regproc, nullif(t.typanalyze::oid, 0::oid)::regproc, 'default ' || t.typdefault,
          nullif(t.typcollation, 0::oid)::regcollation), NULL
        ${FROM_TYPE} WHERE t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid) AND ${OWN_TYPE}
      UNION ALL
      SELECT ${TYPE}, 'multirange', NULL ${FROM_TYPE} WHERE t.typtype = 'm' AND ${OWN_TYPE}`,
  },
  {
    section: "types",
    sql: `SELECT ${identity("pg_cast", "c.oid")}, concat_ws(', ', nullif(c.castfunc::oid, 0::oid)::regprocedure, c.castcontext, c.castmethod) AS plain,
          NULL AS expression
        FROM pg_cast c WHERE ${own("pg_cast", "c.oid")}
      UNION ALL
      SELECT ${identity("pg_operator", "o.oid")}, concat_ws(', ', o.oprcode::regproc, nullif(o.oprcom::oid, 0::oid)::regoperator,
          nullif(o.oprnegate::oid, 0::oid)::regoperator, nullif(o.oprrest::oid, 0::oid)::regproc, nullif(o.oprjoin::oid, 0::oid)::regproc,
          CASE WHEN o.oprcanhash THEN 'hashes' END, CASE WHEN o.oprcanmerge THEN 'merges' END), NULL
        FROM pg_operator o WHERE o.oprcode::oid <> 0::oid AND ${own("pg_operator", "o.oid")}
      UNION ALL
      SELECT ${identity("pg_opclass", "o.oid")}, concat_ws(', ', format_type(o.opcintype, NULL),
          'key ' || format_type(nullif(o.opckeytype, 0::oid), NULL)::text, CASE WHEN o.opcdefault THEN 'default' END), NULL
        FROM pg_opclass o WHERE ${own("pg_opclass", "o.oid")}
      UNION ALL
      SELECT ${identity("pg_opfamily", "o.oid")}, (SELECT string_agg(m.member, ', '::text ORDER BY m.member) FROM (
          SELECT concat_ws(' ', 'operator', a.amopstrategy, a.amopopr::regoperator, a.amoppurpose, (SELECT s.opfname FROM pg_opfamily s
              WHERE s.oid = a.amopsortfamily)) AS member FROM pg_amop a WHERE a.amopfamily = o.oid
          UNION ALL SELECT concat_ws(' ', 'function', a.amprocnum, format_type(a.amproclefttype, NULL),
              format_type(a.amprocrighttype, NULL), a.amproc::regprocedure) FROM pg_amproc a WHERE a.amprocfamily = o.oid) m), NULL
        FROM pg_opfamily o WHERE ${own("pg_opfamily", "o.oid")}
      UNION ALL
      SELECT ${identity("pg_collation", "l.oid")}, concat_ws(', ', l.collprovider, l.collcollate, l.collctype,
          to_jsonb(l)->>'colliculocale', to_jsonb(l)->>'colllocale',
          'rules ' || (to_jsonb(l)->>'collicurules'), CASE WHEN NOT l.collisdeterministic THEN 'nondeterministic' END), NULL
        FROM pg_collation l WHERE l.collnamespace <> 'pg_catalog'::regnamespace::oid AND ${own("pg_collation", "l.oid")}
      UNION ALL
      SELECT ${identity("pg_conversion", "o.oid")}, concat_ws(', ', o.conproc::regproc, CASE WHEN o.condefault THEN 'default' END), NULL
        FROM pg_conversion o WHERE ${own("pg_conversion", "o.oid")}
      UNION ALL
      SELECT ${identity("pg_language", "l.oid")}, concat_ws(', ', CASE WHEN l.lanpltrusted THEN 'trusted' END,
          nullif(l.lanplcallfoid::oid, 0::oid)::regproc), NULL
        FROM pg_language l WHERE ${own("pg_language", "l.oid")}
      UNION ALL
      SELECT ${identity("pg_am", "a.oid")}, a.amhandler::text, NULL FROM pg_am a WHERE ${own("pg_am", "a.oid")}
      UNION ALL
      SELECT ${identity("pg_transform", "f.oid")}, concat_ws(', ', f.trffromsql::regproc, f.trftosql::regproc), NULL
        FROM pg_transform f WHERE ${own("pg_transform", "f.oid")}`,
  },
  {
    section: "types",
    sql: `SELECT ${identity("pg_ts_config", "c.oid")}, (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapseqno,
            m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
          FROM pg_ts_config_map m WHERE m.mapcfg = c.oid) AS plain, NULL AS expression
        FROM pg_ts_config c WHERE ${own("pg_ts_config", "c.oid")}
      UNION ALL
      SELECT ${identity("pg_ts_dict", "d.oid")}, d.dictinitoption, NULL
        FROM pg_ts_dict d WHERE ${own("pg_ts_dict", "d.oid")}
      UNION ALL
      SELECT ${identity("pg_ts_parser", "p.oid")}, p.prsstart::text, NULL
        FROM pg_ts_parser p WHERE ${own("pg_ts_parser", "p.oid")}
      UNION ALL
      SELECT ${identity("pg_ts_template", "m.oid")}, m.tmpllexize::text, NULL
        FROM pg_ts_template m WHERE ${own("pg_ts_template", "m.oid")}`,
  },
  {
    // Options of servers may hold addresses and worse: digests. Those of user mappings hold passwords: by
    // their names alone, since a digest can be guessed.
    section: "types",
    digest: true,
    sql: `SELECT ${identity("pg_foreign_server", "s.oid")}, concat_ws(', ', w.fdwname, s.srvtype, s.srvversion,
            ${sorted("s.srvoptions")}) AS plain, NULL AS expression
        FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE ${own("pg_foreign_server", "s.oid")}
      UNION ALL
      SELECT ${identity("pg_foreign_data_wrapper", "w.oid")}, concat_ws(', ', nullif(w.fdwhandler::oid, 0::oid)::regproc,
          nullif(w.fdwvalidator::oid, 0::oid)::regproc), NULL
        FROM pg_foreign_data_wrapper w WHERE ${own("pg_foreign_data_wrapper", "w.oid")}
      UNION ALL
      SELECT format('user mapping for %s on server %s', m.usename, m.srvname), concat_ws(' ', 'mapping with',
          (SELECT string_agg(split_part(e, '='::text, 1), ', '::text ORDER BY split_part(e, '='::text, 1)) FROM unnest(m.umoptions) e)), NULL
        FROM pg_user_mappings m`,
  },
  {
    section: "functions",
    digest: true,
    sql: (major) => `SELECT p.oid::regprocedure::text AS identity,
        concat_ws(E'\\x1f', p.prokind, l.lanname, p.prosrc, p.probin, p.provolatile, p.proisstrict, p.prosecdef, p.proleakproof,
          p.proparallel, p.procost, p.prorows, p.proretset, pg_get_function_result(p.oid), nullif(p.prosupport::oid, 0::oid)::regproc,
          ${sorted("p.proconfig")},
          (SELECT string_agg(format_type(y, NULL), ', ') FROM unnest(p.protrftypes) y)) AS plain,
        concat_ws(' ', pg_get_function_arguments(p.oid)${major >= 14 ? ", pg_get_function_sqlbody(p.oid)" : ""}) AS expression
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
      WHERE p.prokind <> 'a' AND ${OWN_SCHEMA} AND ${notOfExtension("pg_proc", "p.oid")}
      UNION ALL
      SELECT p.oid::regprocedure::text,
        concat_ws(E'\\x1f', 'aggregate', a.aggkind, a.aggnumdirectargs, a.aggtransfn::regprocedure, nullif(a.aggfinalfn::oid, 0::oid)::regprocedure,
          nullif(a.aggcombinefn::oid, 0::oid)::regprocedure, nullif(a.aggserialfn::oid, 0::oid)::regprocedure, nullif(a.aggdeserialfn::oid, 0::oid)::regprocedure,
          nullif(a.aggmtransfn::oid, 0::oid)::regprocedure, nullif(a.aggsortop::oid, 0::oid)::regoperator, format_type(a.aggtranstype, NULL),
          a.agginitval, a.aggtransspace, a.aggfinalextra, a.aggfinalmodify, a.aggmfinalextra, a.aggmfinalmodify, a.aggmtransspace,
          nullif(a.aggminvtransfn::oid, 0::oid)::regprocedure, nullif(a.aggmfinalfn::oid, 0::oid)::regprocedure,
          format_type(nullif(a.aggmtranstype, 0::oid), NULL), a.aggminitval, p.provolatile, p.proparallel, pg_get_function_arguments(p.oid)), NULL
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_aggregate a ON a.aggfnoid = p.oid
      WHERE ${OWN_SCHEMA} AND ${notOfExtension("pg_proc", "p.oid")}`,
  },
];
