import type { AnyNotifier } from '../model/notifier.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** The registry of notifiers. One line a notifier; its kind is its file's name. */
export const notifiers: AnyNotifier[] = [slack, webhook]
