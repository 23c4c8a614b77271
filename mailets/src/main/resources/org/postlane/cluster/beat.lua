-- SPDX-License-Identifier: Apache-2.0
-- One node says that it is there, and takes what the others have written to it.
-- KEYS: 1 the node, 2 what was written to it. ARGV: 1 for how many milliseconds it counts as there.
-- Returns whether it was known (0 or 1), and then host, kind, host, kind ...
local known = redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
local notices = redis.call('HGETALL', KEYS[2])
redis.call('DEL', KEYS[2])
table.insert(notices, 1, tostring(known))
return notices
