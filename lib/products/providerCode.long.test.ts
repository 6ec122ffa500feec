import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, expect, it, vi } from 'vitest'
import { startAws } from '../../test/aws/cloud.ts'
import { BLUE, GREEN, LISTENER, RULE, shop } from '../../test/aws/shop.ts'
import { findProgram } from '../../test/daemon.ts'
import { RULE as CACHE_RULE, startCloudflare, TOKEN, ZONE } from '../../test/fakeCloudflare.ts'
import type { Snippet } from '../model/code.ts'
import { awsCode } from './aws/asCode.ts'
import { aws } from './aws/product.ts'
import { cloudflareCode } from './cloudflare/asCode.ts'
import { cloudflareConfig } from './cloudflare/config.ts'

const edits = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => ({ name, expect: '', value }))

/** Runs a command as somebody would who has copied it. */
async function paste(found: Snippet[], form: Snippet['form'], env: Record<string, string>): Promise<{ code: number | null; err: string }> {
  const child = spawn('/bin/sh', ['-c', found.find((one) => one.form === form)!.text], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 60_000,
  })
  const err = text(child.stderr)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, err: await err }
}
const tools = (...names: string[]) => names.every((name) => findProgram(name))

describe.runIf(tools('curl', 'jq'))('the shell program of Cloudflare, run against a server that speaks its API', () => {
  it.each(['example.com', ZONE])('sets a weight and a TTL of the zone %s, and leaves all else as it stands', async (zone) => {
    await using fake = await startCloudflare()
    const config = cloudflareConfig.parse({ kind: 'cloudflare', name: 'edge', token: TOKEN, zone, api: fake.url })
    const found = cloudflareCode.snippets(config, edits({ 'web/eu/weight': '0.4', [`rule/${CACHE_RULE}/edge_ttl`]: '600' }))
    expect(await paste(found, 'shell', { CLOUDFLARE_API_TOKEN: TOKEN })).toEqual({ code: 0, err: '' })
    expect(fake.pools[0]!.origins).toEqual([
      { name: 'eu', address: '192.0.2.1', enabled: true, weight: 0.4, header: { Host: ['eu.example'] } },
      { name: 'us', address: '192.0.2.2', enabled: true, weight: 0.25 },
    ])
    expect(fake.rules[0]).toMatchObject({ description: 'home', action_parameters: { cache: true, edge_ttl: { default: 600 } } })
  })

  it('writes nothing without a token, nor where the pool is not there', async () => {
    await using fake = await startCloudflare()
    const config = cloudflareConfig.parse({ kind: 'cloudflare', name: 'edge', token: TOKEN, zone: ZONE, api: fake.url })
    const known = cloudflareCode.snippets(config, edits({ 'web/eu/weight': '0.4' }))
    const { code, err } = await paste(known, 'shell', { CLOUDFLARE_API_TOKEN: '' })
    expect(code).not.toBe(0)
    expect(err).toContain('an API token that may edit it')
    const other = cloudflareCode.snippets(config, edits({ 'other/eu/weight': '0.4' }))
    expect((await paste(other, 'shell', { CLOUDFLARE_API_TOKEN: TOKEN })).code).not.toBe(0)
    expect(fake.asked.filter((one) => one.startsWith('PATCH'))).toEqual([])
  })
})

describe.runIf(tools('aws', 'jq'))('the commands of AWS, run against a server that checks its signatures', () => {
  it('set weights of a rule and a parameter, and leave all else as it stands', async () => {
    const ENV = {
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret+of/the=tests',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    }
    for (const [name, value] of Object.entries(ENV)) vi.stubEnv(name, value)
    await using fake = await startAws(shop())
    const link = aws.open(
      aws.config.parse({ kind: 'aws', name: 'cloud', region: 'eu-west-1', endpoint: fake.url, zones: ['shop.example'] }),
    )
    try {
      const found = await aws.discover!(link, AbortSignal.timeout(20_000))
      const of = (name: string) => found.find((one) => one.name === name)!
      const weights = awsCode.snippets(of('cloud:front'), edits({ [`443-${RULE}/blue/weight`]: '1', [`443-${RULE}/green/weight`]: '9' }))
      expect(await paste(weights, 'aws', ENV)).toEqual({ code: 0, err: '' })
      const [oidc, forward] = fake.cloud.rules[LISTENER]!.find(({ RuleArn }) => RuleArn.endsWith(RULE))!.Actions
      expect(oidc).toMatchObject({ Type: 'authenticate-oidc', AuthenticateOidcConfig: { ClientId: 'shop' } })
      expect(forward!.ForwardConfig).toEqual({
        TargetGroups: [
          { TargetGroupArn: BLUE, Weight: 1 },
          { TargetGroupArn: GREEN, Weight: 9 },
        ],
        TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 600 },
      })
      // Of a listener: what forwards to several target groups by default.
      const last = fake.cloud.rules[LISTENER]!.find(({ IsDefault }) => IsDefault)!
      last.Actions = [
        { Type: 'forward', ForwardConfig: { TargetGroups: [BLUE, GREEN].map((arn) => ({ TargetGroupArn: arn, Weight: 1 })) } },
      ]
      fake.cloud.listeners[0]!.DefaultActions = last.Actions
      const { account } = of('cloud:front').behind!
      account.forget()
      await account.inventory(AbortSignal.timeout(20_000))
      expect(await paste(awsCode.snippets(of('cloud:front'), edits({ '443-default/green/weight': '4' })), 'aws', ENV)).toEqual({
        code: 0,
        err: '',
      })
      expect(last.Actions[0]!.ForwardConfig!.TargetGroups).toEqual([
        { TargetGroupArn: BLUE, Weight: 1 },
        { TargetGroupArn: GREEN, Weight: 4 },
      ])
      const parameter = awsCode.snippets(of('cloud:shop-001'), edits({ 'config/maxmemory-policy': 'allkeys-lfu' }))
      expect(await paste(parameter, 'aws', ENV)).toEqual({ code: 0, err: '' })
      const { parameters } = fake.cloud.parameterGroups['shop-redis7']!
      expect(parameters).toContainEqual(expect.objectContaining({ ParameterName: 'maxmemory-policy', ParameterValue: 'allkeys-lfu' }))
      // Records of Route 53: an alias and one with addresses; a batch of records that somebody has changed since is refused as a whole.
      const records = { 'www.shop.example A/eu/weight': '9', 'www.shop.example A/us/weight': '7', 'api.shop.example A/front-1/weight': '5' }
      const weightOf = (id: string) =>
        fake.cloud.zones[0]!.records.find(({ SetIdentifier, Type }) => SetIdentifier === id && Type === 'A')!.Weight
      const batch = awsCode.snippets(of('cloud:shop.example'), edits(records))
      expect(await paste(batch, 'aws', ENV)).toEqual({ code: 0, err: '' })
      expect(['eu', 'us', 'front-1', 'front-2'].map(weightOf)).toEqual([9, 7, 5, 0])
      expect(await paste(batch, 'aws', ENV)).toMatchObject({ err: expect.stringContaining('InvalidChangeBatch') })
      expect(['eu', 'us', 'front-1', 'front-2'].map(weightOf)).toEqual([9, 7, 5, 0])
    } finally {
      await aws.close(link)
      vi.unstubAllEnvs()
    }
  })
})
