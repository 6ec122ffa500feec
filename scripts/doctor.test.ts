import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
