/** Commands that put, change or remove a value. `expire` and its kin only touch a key and are left out. */
export const WRITES = new Set(
  `set setex psetex setnx getset getdel mset msetnx append setrange setbit bitfield incr incrby incrbyfloat decr decrby del unlink
  copy rename renamenx restore move sort hset hsetnx hmset hdel hincrby hincrbyfloat lpush rpush lpushx rpushx lpop rpop lset lrem ltrim
  linsert lmove rpoplpush sadd srem spop smove sdiffstore sinterstore sunionstore zadd zrem zincrby zpopmin zpopmax zremrangebyrank
  zremrangebyscore zremrangebylex zrangestore zunionstore zinterstore zdiffstore pfadd pfmerge geoadd geosearchstore georadius xadd xdel
  xtrim xsetid xack xclaim json.set json.mset json.del ts.add bf.add`.split(/\s+/),
)
