/*
 * Run inside Redis, each as one step. KEYS: a hash of all values, each with its version before it (versions.ts), and a
 * sorted set of their keys, all with score 0, which Redis orders by their bytes.
 */

/** Deletes what somebody else has put in the place of one of them, and rebuilds the sorted set if it is incomplete. */
const MEND = `
for i, kind in ipairs({'hash', 'zset'}) do
  local found = redis.call('type', KEYS[i]).ok
  if found ~= kind and found ~= 'none' then redis.call('del', KEYS[i]) end
end
if redis.call('hlen', KEYS[1]) ~= redis.call('zcard', KEYS[2]) then
  redis.call('del', KEYS[2])
  for _, key in ipairs(redis.call('hkeys', KEYS[1])) do redis.call('zadd', KEYS[2], 0, key) end
end`;

/** ARGV: keys. Returns the text of each. */
export const READ = `${MEND}
local texts = {}
for i, key in ipairs(ARGV) do texts[i] = redis.call('hget', KEYS[1], key) end
return texts`;

/** ARGV: command, its two bounds, most entries. Returns each key and its text in turn. */
export const LIST = `${MEND}
local listed = {}
for _, key in ipairs(redis.call(ARGV[1], KEYS[2], ARGV[2], ARGV[3], 'limit', 0, ARGV[4])) do
  listed[#listed + 1] = key
  listed[#listed + 1] = redis.call('hget', KEYS[1], key)
end
return listed`;

/** ARGV: the two bounds. */
export const COUNT = `${MEND}
return redis.call('zlexcount', KEYS[2], ARGV[1], ARGV[2])`;

/**
 * Makes all changes or none. ARGV: number of versions read; key and version of each, '' for none; key and text of each
 * change, '' deletes.
 */
export const COMMIT = `${MEND}
local next = 2
for _ = 1, ARGV[1] do
  local text = redis.call('hget', KEYS[1], ARGV[next])
  if (text and string.match(text, '^[^ ]*') or '') ~= ARGV[next + 1] then return 0 end
  next = next + 2
end
for i = next, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('hdel', KEYS[1], ARGV[i])
    redis.call('zrem', KEYS[2], ARGV[i])
  else
    redis.call('hset', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('zadd', KEYS[2], 0, ARGV[i])
  end
end
return 1`;
