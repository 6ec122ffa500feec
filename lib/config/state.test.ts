import { expect, it } from 'vitest'
import { parseConfig } from './parse.ts'

const NONE = { targets: {}, documents: [], notifiers: {}, rules: {} }
const parse = (text: string) =>
  parseConfig(text, {}, NONE, { file: '/etc/evenkeel/evenkeel.yaml', readFile: () => 'postgres://a:sesame@db/x\n' })

it('takes a database as the place of the state, and shows it without user and password', () => {
  const config = parse('state: "postgres://evenkeel:sesame@db:5432/evenkeel?password=sesame"\nreplica: keel-1\n')
  expect(config.state).toBe('postgres://evenkeel:sesame@db:5432/evenkeel?password=sesame')
  expect(config.replica).toBe('keel-1')
  expect(JSON.stringify(config.shown)).toContain('db:5432/evenkeel')
  expect(JSON.stringify(config.shown)).not.toContain('sesame')
})

it('reads it from a file', () => {
  expect(parse('state_file: /run/secrets/state\n').state).toBe('postgres://a:sesame@db/x')
})

it('names a replica that has no name by host and process', () => {
  expect(parse('').replica).toMatch(new RegExp(`.-${process.pid}$`))
  expect(parse('').state).toBeUndefined()
})

it('refuses what is no address of a PostgreSQL database, without quoting a password', () => {
  for (const text of ['mysql://a:sesame@db/x', 'postgres://a:sesame@:port/x', 'postgres://a:ses ame@db/x']) {
    const refused = () => parse(`state: "${text}"\n`)
    expect(refused).toThrow(/state \(line 1\): found .*allowed: postgres:\/\/USER:PASSWORD@HOST:PORT\/DATABASE/)
    expect(refused).not.toThrow(/sesame|ses ame/)
  }
})
