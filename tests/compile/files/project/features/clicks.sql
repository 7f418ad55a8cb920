/*---
entities: [user]
timestamp: at
features:
  page: {type: varchar}
  country: {type: varchar}
---*/
SELECT c.user_id, c.at, c.page, u.country, c.at - u.joined AS age
FROM {{ source('raw', 'clicks') }} AS c
LEFT JOIN {{ source('raw', 'users') }} AS u USING (user_id)
