-- A database whose default tablespace is not pg_default, and a table and an index in yet another one. The tablespaces
-- (db_space, "db Space 2") are made before: in place, so that the lab's replicas need no folder.
CREATE ROLE db_space_app LOGIN;
CREATE SCHEMA t AUTHORIZATION db_space_app;
CREATE TABLE t.here (id int PRIMARY KEY, v text);
CREATE TABLE t.there (id int PRIMARY KEY USING INDEX TABLESPACE pg_default, v text) TABLESPACE "db Space 2";
CREATE INDEX there_v ON t.there (v) TABLESPACE "db Space 2";
CREATE TABLE t.parted (id int) PARTITION BY RANGE (id) TABLESPACE "db Space 2";
CREATE TABLE t.parted_1 PARTITION OF t.parted FOR VALUES FROM (0) TO (100);
CREATE MATERIALIZED VIEW t.mat TABLESPACE "db Space 2" AS SELECT 1 AS one;
ALTER TABLE t.here OWNER TO db_space_app;
ALTER TABLE t.there OWNER TO db_space_app;
INSERT INTO t.here SELECT i, 'v' FROM generate_series(1, 50) i;
INSERT INTO t.there SELECT i, 'v' || i FROM generate_series(1, 70) i;
INSERT INTO t.parted SELECT generate_series(1, 9);
