/*
 * Run inside Redis, each as one step. The counts of an integration's writes are a hash of `epoch`, `version` and
 * `ended`; they outlive every entry that refers to them, for they are renewed with each write.
 */

/** KEYS: counts. ARGV: step, epoch for new counts, life in ms. Returns [epoch or nil, version, ended]. */
export const STEP = `
local epoch = redis.call('hget', KEYS[1], 'epoch')
if not epoch then
  if ARGV[1] ~= 'accepted' then return {false, 0, 0} end
  redis.call('hset', KEYS[1], 'epoch', ARGV[2], 'version', 0, 'ended', 0)
  epoch = ARGV[2]
end
local version = redis.call('hincrby', KEYS[1], 'version', 1)
local ended = redis.call('hincrby', KEYS[1], 'ended', ARGV[1] == 'ended' and 1 or 0)
redis.call('pexpire', KEYS[1], ARGV[3])
return {epoch, version, ended}
`;

/**
 * Stores an entry under its content and its name, and forgets the oldest ones above a number. KEYS: index, content,
 * name. ARGV: entry, life in ms, the time in ms, how many keys are kept.
 */
export const REMEMBER = `
for i = 2, 3 do
  redis.call('set', KEYS[i], ARGV[1], 'PX', ARGV[2])
  redis.call('zadd', KEYS[1], ARGV[3], KEYS[i])
end
redis.call('pexpire', KEYS[1], ARGV[2])
local over = redis.call('zcard', KEYS[1]) - ARGV[4]
if over <= 0 then return 0 end
for _, key in ipairs(redis.call('zrange', KEYS[1], 0, over - 1)) do redis.call('del', key) end
return redis.call('zremrangebyrank', KEYS[1], 0, over - 1)
`;
