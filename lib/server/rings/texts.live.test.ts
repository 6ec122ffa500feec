import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RingSpec } from '../../model/ring.ts'
import { ringTexts } from './texts.ts'

const run = promisify(execFile)

const nodes: RingSpec['nodes'] = [
  { name: 'a', address: '127.0.0.1:6379', weight: 3 },
  { name: 'b', address: '127.0.0.1:6380', weight: 1, state: 'down' },
  { name: 'c', address: '127.0.0.1:11211', weight: 2 },
]
const textOf = (spec: RingSpec): string => {
  const one = ringTexts(spec).texts[0]!
  if ('because' in one) throw new Error(one.because)
  return one.text
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'texts-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const fileOf = async (name: string, text: string) => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

test.each([
  { algorithm: 'haproxy-consistent', options: { avalanche: true } },
  { algorithm: 'haproxy-consistent', options: { avalanche: false } },
  { algorithm: 'haproxy-map', options: { function: 'djb2', avalanche: true } },
  { algorithm: 'haproxy-consistent', options: { input: 'source' } },
] as const)('HAProxy takes what is written: %j', async (ring) => {
  const text = textOf({ ...ring, nodes: nodes.map((node, at) => ({ ...node, id: 7 + at })) }).replace('balance …', 'balance uri')
  const timeouts = ['connect', 'client', 'server'].map((kind) => `  timeout ${kind} 1s`).join('\n')
  const around = `defaults\n  mode http\n${timeouts}\nfrontend f\n  bind ${folder}/f.sock\n  default_backend b\n`
  await run('haproxy', ['-c', '-q', '-f', await fileOf('haproxy.cfg', `${around}backend b\n${text}\n`)])
})

test.each(['nginx-consistent', 'nginx-hash'] as const)('NGINX takes what is written: %s', async (algorithm) => {
  const upstream = textOf({ algorithm, nodes }).replace('hash …', 'hash $request_uri')
  const text = `pid ${folder}/nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\n  access_log off;\n  upstream u {\n${upstream}\n  }\n}\n`
  await run('nginx', ['-t', '-q', '-p', folder, '-c', await fileOf('nginx.conf', text)])
})

test.each(['twemproxy-ketama', 'twemproxy-modula'] as const)('twemproxy takes what is written: %s', async (algorithm) => {
  const pool = textOf({ algorithm, nodes: nodes.map((node) => ({ ...node, label: `shard-${node.name}` })), options: { hashTag: '{}' } })
  const { stderr } = await run('nutcracker', ['-t', '-c', await fileOf('nutcracker.yml', `alpha:\n  listen: 127.0.0.1:22199\n${pool}\n`)])
  expect(stderr).toMatch(/syntax is ok|valid/)
})
