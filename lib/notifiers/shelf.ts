import type { AnyNotifier } from '../model/notifier.ts'

/** The shelf of channels. One line a notifier; its kind is its file's name. */
export const notifiers: AnyNotifier[] = []
