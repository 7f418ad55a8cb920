/*---
entities: [airport]
timestamp: hour
features:
  temp: {type: double}
  "wind speed": {type: double, default: 0}
---*/
SELECT airport, hour, temp, "wind speed" FROM weather
