import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { ChannelSchema } from './ChannelForm.tsx'
import { ReceiverForms } from './ReceiverForms.tsx'
import { RouteForms } from './RouteForms.tsx'

const channels: Record<string, ChannelSchema> = {
  slack: { properties: { url: { type: 'string', writeOnly: true, description: 'The address' } }, required: ['url'] },
  email: {
    properties: { to: { type: 'array' }, tls: { type: 'string', enum: ['none', 'starttls'], default: 'starttls' } },
    required: ['to'],
  },
  webpush: {},
}

test('a channel is a form of its schema: a secret that is kept is never in it', () => {
  const value = { name: 'ops', slack: { url: '[redacted]' }, email: { to: ['a@b', 'c@d'] } }
  const painted = renderToStaticMarkup(
    <ReceiverForms items={[{ id: 'a', was: 0, value }]} channels={channels} onChange={() => {}} onTest={() => {}} testing={null} />,
  )
  expect(painted).toMatch(/<input[^>]*type="password"[^>]*placeholder="kept"[^>]*value=""/)
  expect(painted).not.toContain('redacted')
  expect(painted).toMatch(/a@b\nc@d<\/textarea>/)
  expect(painted).toContain('as by default (starttls)')
  expect(painted).toMatch(/<option value="webpush">/)
})

test('a receiver without a channel cannot be tested, and says why', () => {
  const painted = renderToStaticMarkup(
    <ReceiverForms
      items={[{ id: 'a', was: null, value: { name: '' } }]}
      channels={channels}
      onChange={() => {}}
      onTest={() => {}}
      testing={null}
    />,
  )
  expect(painted).toMatch(
    /aria-disabled="true"[^>]*aria-label="Send a test to the new receiver"|aria-label="Send a test to the new receiver"[^>]*aria-disabled="true"/,
  )
})

test('routes in their order, each with its conditions as lines', () => {
  const items = [
    {
      id: 'a',
      was: 0,
      value: { match: { severity: 'critical' }, matchers: ['target=~"cache-.*"'], to: ['ops'], quiet: [{ days: ['sat'] }] },
    },
    { id: 'b', was: 1, value: { match: {}, to: ['gone'], inhibit: [{ by: { rule: 'x' }, equal: ['target'] }], followers: 'tell' } },
  ]
  const painted = renderToStaticMarkup(<RouteForms items={items} receivers={['ops']} onChange={() => {}} />)
  expect(painted).toMatch(/severity=&quot;critical&quot;\ntarget=~&quot;cache-\.\*&quot;<\/textarea>/)
  expect(painted).toMatch(
    /Route 1.*Quiet hours 1.*Route 2.*gone.*Inhibition 1.*rule=&quot;x&quot;.*value="target".*checked="".*follows from a target/s,
  )
  expect(painted).toMatch(/aria-disabled="true"[^>]*aria-label="Move route 1 up"|aria-label="Move route 1 up"[^>]*aria-disabled="true"/)
})
