-- Publications of every kind, and a subscription whose publisher is not there and whose password must stay in the dump.
CREATE ROLE db_sub_app LOGIN;
CREATE SCHEMA s AUTHORIZATION db_sub_app;
CREATE TABLE s.a (id int PRIMARY KEY, v text, w int);
CREATE TABLE s.b (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE s.b_1 PARTITION OF s.b FOR VALUES FROM (1) TO (1000);
ALTER TABLE s.a OWNER TO db_sub_app;
GRANT ALL ON s.b TO db_sub_app;
INSERT INTO s.a SELECT i, 'v', i FROM generate_series(1, 40) i;
INSERT INTO s.b SELECT generate_series(1, 20);
CREATE PUBLICATION db_sub_all FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION db_sub_some FOR TABLE s.a (id, v) WHERE (id > 10), s.b WITH (publish_via_partition_root);
CREATE PUBLICATION db_sub_schema FOR TABLES IN SCHEMA s;
CREATE PUBLICATION db_sub_nothing;
COMMENT ON PUBLICATION db_sub_some IS 'some';
CREATE SUBSCRIPTION db_sub_far CONNECTION 'host=nowhere.invalid dbname=far user=far password=subscribed-sesame'
  PUBLICATION one, two WITH (connect = false, slot_name = 'db_sub_far', binary = true, streaming = off);
COMMENT ON SUBSCRIPTION db_sub_far IS 'from far away';
-- Switched on, as in production: its worker asks in vain. Restored, nothing of it may ask for anything.
ALTER SUBSCRIPTION db_sub_far ENABLE;
