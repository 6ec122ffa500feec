// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { path, secret, url } from '../model/marks.ts'
import { absolutePaths } from './paths.ts'
import { redact } from './redact.ts'

const hook = z.strictObject({
  kind: z.literal('hook'),
  name: z.string(),
  url: secret(z.url()).meta({ description: 'a mark outlives what is said after it' }),
  headers: z.record(z.string(), secret(z.string())).optional(),
  list: z.array(secret(z.string())).default([]),
  deep: z.object({ token: z.union([z.string(), z.object({ inside: secret(z.string().min(3).refine(Boolean)) })]) }).optional(),
})
const server = z
  .strictObject({
    kind: z.literal('server'),
    name: z.string(),
    url: url(z.string()),
    key: z.string().optional(),
    config: path().optional(),
  })
  .refine(() => true)
  .transform((all) => ({ ...all, more: 1 }))
const schema = z.strictObject({
  things: z.array(z.discriminatedUnion('kind', [hook, server])),
  one: hook.optional(),
  poll: z.object({ every: z.string() }).optional(),
})
const shown = (written: unknown) => redact([schema], written)

describe('what is marked is not shown, what is not marked is', () => {
  test('by the option that the data names', () => {
    expect(
      shown({
        things: [
          {
            kind: 'hook',
            name: 'a',
            url: 'https://h/TOKEN',
            headers: { 'X-Api-Key': 'K', Cookie: 'C' },
            list: ['L'],
            deep: { token: { inside: 'I' } },
          },
          { kind: 'server', name: 'b', url: 'redis://u:p@ss@h:1/2?x=y#z', key: 'AKIA', config: 'a.cfg' },
        ],
      }),
    ).toEqual({
      things: [
        {
          kind: 'hook',
          name: 'a',
          url: '[redacted]',
          headers: { 'X-Api-Key': '[redacted]', Cookie: '[redacted]' },
          list: ['[redacted]'],
          deep: { token: { inside: '[redacted]' } },
        },
        { kind: 'server', name: 'b', url: 'redis://[redacted]@h:1/2?[redacted]', key: 'AKIA', config: 'a.cfg' },
      ],
    })
  })
  test('variables and the places of files are shown: they are names', () => {
    const written = {
      things: [
        { kind: 'hook', url_file: '/run/hook', headers: { A: '${KEY}' } },
        { kind: 'server', url: 'redis://:${P}@${HOST}:${PORT}' },
      ],
    }
    expect(shown(written)).toEqual({
      things: [
        { kind: 'hook', url_file: '/run/hook', headers: { A: '${KEY}' } },
        { kind: 'server', url: 'redis://[redacted]@${HOST}:${PORT}' },
      ],
    })
    expect(shown({ one: { url: 'https://${KEY}' } })).toEqual({ one: { url: '[redacted]' } })
  })
  test('data that does not fit is no way round', () => {
    expect(shown({ one: 'https://h/TOKEN' })).toEqual({ one: '[redacted]' })
    expect(shown({ one: { headers: 'TOKEN', url: ['TOKEN'], list: 'TOKEN', name: ['TOKEN'], urll: 'TOKEN', urll_file: 'TOKEN' } })).toEqual(
      {
        one: {
          headers: '[redacted]',
          url: '[redacted]',
          list: '[redacted]',
          name: ['[redacted]'],
          urll: '[redacted]',
          urll_file: '[redacted]',
        },
      },
    )
    // A kind that there is none of: what is secret in any is secret.
    expect(shown({ things: [{ kind: 'hoook', url: 'TOKEN', name: 'a' }] })).toEqual({
      things: [{ kind: 'hoook', url: '[redacted]', name: 'a' }],
    })
    expect(shown({ things: ['https://h/TOKEN'], poll: 'fast' })).toEqual({ things: ['[redacted]'], poll: 'fast' })
    expect(JSON.stringify(shown(JSON.parse('{"__proto__": {"a": "TOKEN"}, "constructor": "TOKEN"}')))).not.toContain('TOKEN')
  })
})

test('a path is relative to the file, and nothing else is', () => {
  const things = [
    { kind: 'server', url: 'x', key: 'AKIA1234', config: 'a.cfg' },
    { kind: 'server', config: '/abs' },
    { kind: 'hook', config: 'a.cfg' },
  ]
  expect(absolutePaths([schema], { things }, '/etc/evenkeel')).toEqual({
    things: [{ kind: 'server', url: 'x', key: 'AKIA1234', config: '/etc/evenkeel/a.cfg' }, things[1], things[2]],
  })
})
