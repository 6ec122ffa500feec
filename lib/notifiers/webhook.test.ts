import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attempt } from '../../test/receiver.ts'
import type { Notice } from '../model/notice.ts'
import { webhook } from './webhook.ts'

let url = ''
let status = 200
const got: { headers: IncomingHttpHeaders; body: string }[] = []
const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() })
    response.writeHead(status, { location: '/elsewhere' }).end()
  })
})
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
})
afterAll(() => {
  server.close()
})

const notice: Notice = {
  receiver: 'ops',
  status: 'firing',
  groupLabels: { target: 'a' },
  externalUrl: 'http://h',
  findings: [
    {
      id: 'f1',
      rule: 'cache/hot-key',
      severity: 'warning',
      state: 'firing',
      subject: { target: 'a', key: '<!channel> "\n' },
      summary: 'a key <!channel>',
      evidence: [],
      since: 0,
      seenAt: 5000,
      resolvedAt: 9000,
    },
    {
      id: 'f2',
      rule: 'cache/hot-key',
      severity: 'warning',
      state: 'firing',
      subject: { target: 'a' },
      summary: 'other',
      evidence: [],
      since: 1000,
      seenAt: 5000,
    },
  ],
}
const never = attempt()

test("a webhook is Alertmanager's body, signed over its raw bytes", async () => {
  const fate = await webhook.notify({ url, secret: 'söcret' }, notice, never)
  expect(fate).toEqual({ delivered: true, retry: false, answer: 'HTTP 200' })
  const { headers, body } = got.at(-1)!
  expect(headers['x-evenkeel-signature']).toBe(`sha256=${createHmac('sha256', 'söcret').update(Buffer.from(body)).digest('hex')}`)
  expect(JSON.parse(body)).toMatchObject({
    version: '4',
    status: 'firing',
    receiver: 'ops',
    groupLabels: { target: 'a' },
    commonLabels: { rule: 'cache/hot-key', severity: 'warning', target: 'a' },
    externalURL: 'http://h',
    alerts: [
      {
        status: 'firing',
        labels: { rule: 'cache/hot-key', alertname: 'cache/hot-key', severity: 'warning', target: 'a', key: '<!channel> "\n' },
        annotations: { summary: 'a key <!channel>' },
        startsAt: '1970-01-01T00:00:00.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
      {},
    ],
  })
})

test('resolved has an end and the same fingerprint', async () => {
  await webhook.notify({ url }, { ...notice, status: 'resolved' }, never)
  const [before, after] = got.slice(-2).map(({ body }) => JSON.parse(body).alerts[0])
  expect(after).toMatchObject({ status: 'resolved', endsAt: '1970-01-01T00:00:09.000Z', fingerprint: before.fingerprint })
  expect(got.at(-1)!.headers['x-evenkeel-signature']).toBeUndefined()
})

test.each([
  [500, true],
  [429, true],
  [400, false],
  [302, false],
])('HTTP %i: try again %s', async (code, retry) => {
  status = code
  expect(await webhook.notify({ url }, notice, never)).toEqual({ delivered: false, retry, answer: `HTTP ${code}` })
  status = 200
})

test('nobody there: try again, and no word of the address', async () => {
  const fate = await webhook.notify({ url: 'http://127.0.0.1:1/sentinel' }, notice, never)
  expect(fate).toMatchObject({ delivered: false, retry: true })
  expect(fate.answer).not.toContain('sentinel')
})

test('the page of a failed change is that of the change', async () => {
  await webhook.notify({ url }, { ...notice, findings: [{ ...notice.findings[0]!, id: 'change-c1-needs-person' }] }, never)
  expect(JSON.parse(got.at(-1)!.body).alerts[0].generatorURL).toBe('http://h/changes/c1')
})

test('user and password of an address go as Basic authentication, and each try has the key of its delivery', async () => {
  await webhook.notify({ url: url.replace('http://', 'http://ann:pa%20ss@') }, notice, attempt({ id: 'd1' }))
  expect(got.at(-1)!.headers).toMatchObject({
    authorization: `Basic ${Buffer.from('ann:pa ss').toString('base64')}`,
    'idempotency-key': 'd1',
  })
})
