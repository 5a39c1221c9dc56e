/*
 * Run inside Redis, each as one step. KEYS: lease, state, deletion. A lease belongs to the token it holds, so
 * that nobody renews, publishes under or gives up another's.
 */

/**
 * Takes the lease or renews it. ARGV: token, lease in ms, life of a state in ms. Returns [mine, state, is deletion].
 *
 * Also repairs what would never heal: a lease or state without an expiry, or with too long a one, gets the right one
 * (if the lease has an owner, it will renew it in time), and a key of another type is removed.
 */
export const HOLD = `
for i = 1, 2 do
  local kind = redis.call('type', KEYS[i]).ok
  if kind ~= 'string' and kind ~= 'none' then redis.call('del', KEYS[i]) end
  local left, most = redis.call('pttl', KEYS[i]), tonumber(ARGV[i + 1])
  if left == -1 or left > most then redis.call('pexpire', KEYS[i], most) end
end
local owner = redis.call('get', KEYS[1])
if not owner then
  redis.call('set', KEYS[1], ARGV[1], 'PX', ARGV[2])
  owner = ARGV[1]
elseif owner == ARGV[1] then
  redis.call('pexpire', KEYS[1], ARGV[2])
end
return {owner == ARGV[1] and 1 or 0, redis.call('get', KEYS[2]), redis.call('exists', KEYS[3])}
`;

/** Stores a state and tells the others, if the lease is still held. ARGV: token, state, its life in ms, channel. */
export const PUBLISH = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[2], ARGV[2], 'PX', ARGV[3])
redis.call('publish', ARGV[4], ARGV[2])
return 1
`;

/** Gives the lease back and says so. ARGV: token, channel. */
export const RELEASE = `
if redis.call('get', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1])
redis.call('publish', ARGV[2], '"released"')
return 1
`;
