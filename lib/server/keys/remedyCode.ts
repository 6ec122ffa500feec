import type { RemedyCode } from '../../model/answers/remedy.ts'

/** Suggestions, not a library: what a remedy is in a few lines of a client's own language. No name of a key stands in them. */
export const remedyCode = (seconds: number, copies: number): RemedyCode[] => [
  {
    remedy: 'local-cache',
    language: 'JavaScript',
    text: `const copies = new Map()
async function getHot(redis, key) {
  const copy = copies.get(key)
  if (copy && copy.until > Date.now()) return copy.value
  // The promise is kept, so that readers who come meanwhile wait for the same read.
  const value = redis.get(key)
  copies.set(key, { value, until: Date.now() + ${seconds * 1_000} })
  value.catch(() => copies.delete(key))
  return value
}`,
  },
  {
    remedy: 'local-cache',
    language: 'Python',
    text: `import time
copies = {}
def get_hot(redis, key):
    value, until = copies.get(key, (None, 0))
    if until > time.monotonic():
        return value
    value = redis.get(key)
    copies[key] = (value, time.monotonic() + ${seconds})
    return value`,
  },
  {
    remedy: 'local-cache',
    language: 'Go',
    text: `type copyOf struct { value string; until time.Time }
var copies sync.Map
func GetHot(ctx context.Context, rdb redis.Cmdable, key string) (string, error) {
	if found, ok := copies.Load(key); ok && time.Now().Before(found.(copyOf).until) {
		return found.(copyOf).value, nil
	}
	value, err := rdb.Get(ctx, key).Result()
	if err == nil {
		copies.Store(key, copyOf{value, time.Now().Add(${seconds} * time.Second)})
	}
	return value, err
}`,
  },
  {
    remedy: 'split',
    language: 'JavaScript',
    text: `const COPIES = ${copies}
const getSplit = (redis, key) => redis.get(\`\${key}:\${Math.floor(Math.random() * COPIES)}\`)
const setSplit = (redis, key, value, seconds) =>
  Promise.all(Array.from({ length: COPIES }, (_, i) => redis.set(\`\${key}:\${i}\`, value, 'EX', seconds)))`,
  },
  {
    remedy: 'split',
    language: 'Python',
    text: `import random
COPIES = ${copies}
def get_split(redis, key):
    return redis.get(f"{key}:{random.randrange(COPIES)}")
def set_split(redis, key, value, seconds):
    for i in range(COPIES):
        redis.set(f"{key}:{i}", value, ex=seconds)`,
  },
  {
    remedy: 'split',
    language: 'Go',
    text: `const copiesOfKey = ${copies}
func GetSplit(ctx context.Context, rdb redis.Cmdable, key string) (string, error) {
	return rdb.Get(ctx, fmt.Sprintf("%s:%d", key, rand.IntN(copiesOfKey))).Result()
}
func SetSplit(ctx context.Context, rdb redis.Cmdable, key, value string, ttl time.Duration) error {
	for i := range copiesOfKey {
		if err := rdb.Set(ctx, fmt.Sprintf("%s:%d", key, i), value, ttl).Err(); err != nil {
			return err
		}
	}
	return nil
}`,
  },
  {
    remedy: 'replica-reads',
    language: 'JavaScript',
    text: "// ioredis with a Cluster; node-redis: createCluster({ useReplicas: true })\nnew Redis.Cluster(nodes, { scaleReads: 'slave' })",
  },
  {
    remedy: 'replica-reads',
    language: 'Python',
    text: '# redis-py with a Cluster\nRedisCluster(host=host, port=port, read_from_replicas=True)',
  },
  {
    remedy: 'replica-reads',
    language: 'Go',
    text: '// go-redis with a Cluster\nredis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs, ReadOnly: true, RouteRandomly: true})',
  },
]
