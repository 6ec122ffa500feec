import { z } from 'zod'
import type { Notice } from '../model/notice.ts'
import type { Notifier } from '../model/notifier.ts'
import { address, token } from './address.ts'
import { eachOf } from './each.ts'
import { cut, itemText, plain } from './markup.ts'
import { type Item, messageOf } from './message.ts'
import { below, send } from './send.ts'

const config = z
  .strictObject({
    api_key: token.describe('API key of an integration that may create and close alerts'),
    api_url: address.default('https://api.opsgenie.com').describe('Address of the API; in Europe `https://api.eu.opsgenie.com`'),
  })
  .describe('Opsgenie')
export type OpsgenieConfig = z.output<typeof config>

/** Opsgenie takes 130 characters of a message, 512 of an entity and 15,000 of a description. */
const MESSAGE_MAX = 130
const ENTITY_MAX = 512
const PRIORITY = { critical: 'P1', warning: 'P3', info: 'P5' }

const created = (item: Item) => ({
  alias: item.id,
  message: cut(plain.text(item.summary), MESSAGE_MAX),
  description: itemText(item, plain),
  entity: cut(plain.text(item.subject), ENTITY_MAX),
  source: 'Evenkeel',
  priority: PRIORITY[item.severity],
  tags: [item.rule, item.severity],
  details: { rule: item.rule, severity: item.severity, when: item.when, link: item.link },
})

function requestOf({ status }: Notice, item: Item): { path: string; query: string; body: object } {
  if (status === 'firing') return { path: '/v2/alerts', query: '', body: created(item) }
  const note = itemText(item, plain)
  return { path: `/v2/alerts/${encodeURIComponent(item.id)}/close`, query: '?identifierType=alias', body: { source: 'Evenkeel', note } }
}

/** Opsgenie's Alert API (docs.opsgenie.com/docs/alert-api): an alert for each finding, known by its alias, so that each ends by itself. */
export const opsgenie: Notifier<OpsgenieConfig> = {
  kind: 'opsgenie',
  config,
  notify({ api_key, api_url }, notice, attempt) {
    const request = (item: Item) => {
      const { path, query, body } = requestOf(notice, item)
      const headers = { authorization: `GenieKey ${api_key}` }
      return send({ url: `${below(api_url, path)}${query}`, headers, body: JSON.stringify(body) }, attempt)
    }
    return eachOf(messageOf(notice).items, attempt, { key: ({ id }) => id, request, atOnce: 5 })
  },
}
