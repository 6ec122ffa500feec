// Answers where memjs sends keys: its own hash, and its own passing on to the next server while one is asleep after a failure.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import memjs from 'memjs'

const { version } = createRequire(import.meta.url)('memjs/package.json')
const { nodes, keys } = JSON.parse(readFileSync(0, 'utf8'))
const servers = nodes.map(({ up }, at) => ({ at, ...(up === false && { wakeupAt: Number.POSITIVE_INFINITY }) }))
const client = new memjs.Client(servers, { failover: true })
process.stdout.write(JSON.stringify({ version, owners: keys.map((key) => client.server(key)?.at ?? null) }))
