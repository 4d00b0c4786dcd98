-- Values at the ends of their types, types of every kind, tables without key, column or row, wide rows, a million rows.
CREATE ROLE db_types_app LOGIN;
CREATE SCHEMA y AUTHORIZATION db_types_app;
SET ROLE db_types_app;
SET search_path = y;
CREATE TYPE mood AS ENUM ('b', 'a', 'c');
CREATE TYPE pair AS (left_one int, "Right" text);
CREATE TYPE price AS RANGE (subtype = numeric);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN nested AS positive DEFAULT 7 CHECK (VALUE < 1000);
CREATE TYPE deep AS (p pair, ps pair[], n nested, r price);
CREATE TABLE extremes (
  id int PRIMARY KEY, n numeric, f float8, r float4, d date, ts timestamp, tz timestamptz, i interval, t time, ttz timetz,
  b bigint, m money, bit bit varying, u uuid, j json, jb jsonb, x xml, net inet, mac macaddr8, pt point, box box, path path,
  ts_v tsvector, ts_q tsquery, arr int[][], mood mood, deep deep, pr price, mr price_multirange, c "char", txid xid8, lsn pg_lsn, empty text
);
INSERT INTO extremes VALUES
  (1, 'NaN', 'NaN', 'NaN', 'infinity', 'infinity', 'infinity', 'infinity', '24:00', '24:00+15:59', 9223372036854775807, '92233720368547758.07',
   B'', '00000000-0000-0000-0000-000000000000', '{"a":1, "a":2}', '{"a": 1e-5}', '<a>&amp;</a>', '::1/0', '08:00:2b:01:02:03:04:05', '(NaN,Infinity)', '((1,1),(0,0))', '[(0,0),(1,1)]',
   '''it''''s'':1A', 'a & !b <-> c', '[-2:-1][5:6]={{1,2},{3,NULL}}', 'a', ROW(ROW(1, 'x"y,'), ARRAY[ROW(2, NULL)::pair], 5, '[1,2)'), 'empty', '{(,1),[5,)}', 'x', '18446744073709551615', 'FFFFFFFF/FFFFFFFF', ''),
  (2, '-Infinity', '-Infinity', '1e-45', '4713-01-01 BC', '4713-01-01 BC', '4713-01-01 BC', '-infinity', '00:00', '00:00-15:59', -9223372036854775808, '-92233720368547758.08',
   B'101', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'null', '<a/>', '255.255.255.255', 'ff:ff:ff:ff:ff:ff:ff:ff', '(1e-320,-0)', '((0,0),(0,0))', '((0,0),(1,1))',
   '', '', '{}', 'b', NULL, '(,)', '{}', '', '0', '0/0', NULL),
  (3, 1e-16000, '5e-324', '3.4028235e38', '5874897-12-31', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-178000000 years', '23:59:59.999999', NULL, 0, 0, NULL, NULL,
   '[]', '[]', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{NULL}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, E'\t\n\r\\N\\.') ON CONFLICT DO NOTHING;
CREATE TABLE by_float (k float8 PRIMARY KEY);
INSERT INTO by_float VALUES ('NaN'), ('-Infinity'), (0), ('Infinity');
CREATE TABLE no_key (v text);
INSERT INTO no_key SELECT 'same' FROM generate_series(1, 10);
CREATE TABLE no_column ();
INSERT INTO no_column SELECT FROM generate_series(1, 4);
CREATE TABLE wide (id int PRIMARY KEY, big text, compressed text);
ALTER TABLE wide ALTER big SET STORAGE EXTERNAL;
INSERT INTO wide SELECT i, repeat(md5(i::text), 30000), repeat('x', 3000000) FROM generate_series(1, 5) i;
DO $$BEGIN EXECUTE 'CREATE TABLE y.many_columns (id int PRIMARY KEY, ' || (SELECT string_agg('c' || i || ' int' || CASE i % 10 WHEN 0 THEN ' DEFAULT ' || i ELSE '' END, ', ') FROM generate_series(1, 1500) i) || ')'; END$$;
INSERT INTO many_columns (id) VALUES (1), (2);
CREATE TABLE huge (id bigint PRIMARY KEY, v text);
INSERT INTO huge SELECT i, 'row' FROM generate_series(1, 1000000) i;
RESET ROLE;
