/*---
entities: [user]
inputs: {price: double}
features:
  more: {type: double}
  twice: {type: double}
---*/
SELECT {{ input('price') }} - {{ source('shop', 'orders') }} AS more, price * 2 AS twice
