import type { AnyNotifier } from '../model/notifier.ts'
import { alertmanager } from './alertmanager.ts'
import { discord } from './discord.ts'
import { email } from './email.ts'
import { googlechat } from './googlechat.ts'
import { gotify } from './gotify.ts'
import { matrix } from './matrix.ts'
import { msteams } from './msteams.ts'
import { ntfy } from './ntfy.ts'
import { opsgenie } from './opsgenie.ts'
import { pagerduty } from './pagerduty.ts'
import { pushover } from './pushover.ts'
import { slack } from './slack.ts'
import { telegram } from './telegram.ts'
import { webhook } from './webhook.ts'
import { webpush } from './webpush.ts'

/** The registry of notifiers. One line a notifier; its kind is its file's name. */
export const notifiers: AnyNotifier[] = [
  email,
  slack,
  msteams,
  discord,
  googlechat,
  telegram,
  pagerduty,
  opsgenie,
  pushover,
  ntfy,
  gotify,
  matrix,
  alertmanager,
  webhook,
  webpush,
]
