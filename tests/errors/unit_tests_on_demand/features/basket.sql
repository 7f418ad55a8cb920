/*---
description: How a basket compares with the last order.
owner: shop@example.com
entities: [user]
inputs: {price: "decimal(9,2)", at_door: boolean}
features: {more: {type: double, description: than the last order}}
---*/
SELECT CASE WHEN {{ input('at_door') }} THEN {{ input('price') }} - {{ feature('spend:amount') }} END AS more
