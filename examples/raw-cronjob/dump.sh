set -eu
pg_dump --format=custom orders | aws s3 cp - "s3://shop-dumps/orders-$(date +%F).dump"
