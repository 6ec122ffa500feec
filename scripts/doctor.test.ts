import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { CLIENT, startIssuer } from '../test/issuer.ts'
import { main } from './doctor.ts'

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-doctor-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('says whether the issuer answers, what it offers, and what is to be registered there', async () => {
  const issuer = await startIssuer()
  const config = join(folder, 'evenkeel.yaml')
  writeFileSync(
    config,
    `url: https://keel.example\nauth: { mode: oidc, issuer: "${issuer.url}", client_id: ${CLIENT.id}, client_secret: "${CLIENT.secret}", roles: { viewer: ["*"] } }\n`,
  )
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  try {
    expect(await main(['--config', config])).toBe(0)
    expect(lines.join('\n')).toMatch(/\+ answers; signs people in at http:\/\/127\.0\.0\.1:\d+\/authorize\n {2}\+ yes: PKCE with S256/)
    expect(lines.join('\n')).toContain('https://keel.example/sign-in/callback to come back after signing in')
    await issuer.close()
    lines.length = 0
    expect(await main(['--config', config])).toBe(1)
    expect(lines.join('\n')).toMatch(/x The issuer http:\/\/127\.0\.0\.1:\d+ \(auth\.issuer\) cannot be used: /)
    expect(lines.join('\n')).not.toContain('sesame')
  } finally {
    log.mockRestore()
    await issuer.close()
  }
})

test('tells the targets in their order, though some answer later than others', async () => {
  // It ends each connection late, so that those after it have been examined before.
  const late = createServer((socket) => void setTimeout(() => socket.destroy(), 40))
  await new Promise<void>((resolve) => late.listen(0, '127.0.0.1', resolve))
  const { port } = late.address() as AddressInfo
  const names = Array.from({ length: 12 }, (_, i) => `cache-${i}`)
  const targets = names.map((name, i) => `  - { kind: memcached, name: ${name}, address: "127.0.0.1:${i % 2 ? 1 : port}" }`)
  const config = join(folder, 'many.yaml')
  writeFileSync(config, `targets:\n${targets.join('\n')}\n`)
  const lines: string[] = []
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line))
  try {
    expect(await main(['--config', config])).toBe(1)
  } finally {
    log.mockRestore()
    late.close()
  }
  expect(lines.flatMap((line) => /^\n(cache-\d+) {2}memcached/.exec(line)?.[1] ?? [])).toEqual(names)
  expect(lines.at(-1)).toContain('12 of 12 targets do not answer')
})
