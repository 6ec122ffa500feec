import type { Finding } from '../../model/finding.ts'
import type { Notice, Route } from '../../model/notice.ts'
import type { AnyNotifier } from '../../model/notifier.ts'
import type { Deliver, Receivers } from './deliver.ts'
import type { NotificationLog } from './notificationLog.ts'
import { routeKey } from './route.ts'

export type RefreshOptions = {
  routes: readonly Route[]
  receivers: Receivers
  notifiers: readonly AnyNotifier[]
  notificationLog: NotificationLog
  deliver: Pick<Deliver, 'refresh'>
  /** An alert by its id as it is now. */
  current(id: string, at: number): Finding | null
  noticeOf(receiver: string, findings: Finding[]): Notice
}

/** Keep-alive: what was sent and still fires is sent again to receivers where it would end by itself. It begins anew with each start. */
export interface Refresh {
  tick(at: number): void
}

export function createRefresh({ routes, receivers, notifiers, notificationLog, deliver, current, noticeOf }: RefreshOptions): Refresh {
  const channels = receivers.flatMap(({ name, channels }) =>
    channels.flatMap(({ kind }, channel) => {
      const everyMs = notifiers.find((notifier) => notifier.kind === kind)?.refreshMs
      return everyMs === undefined ? [] : [{ name, channel, everyMs, nextAt: 0 }]
    }),
  )

  function firingAt(receiver: string, at: number): Finding[] {
    const keys = routes.flatMap((route, index) => (route.to.includes(receiver) ? [routeKey(route, index)] : []))
    const ids = keys.flatMap((key) => [...notificationLog.entries(key).values()].flatMap((entry) => entry.firing))
    return [...new Set(ids)].flatMap((id) => current(id, at) ?? []).filter(({ state }) => state === 'firing')
  }

  return {
    tick(at) {
      for (const one of channels) {
        // The clock may have been set back.
        if (at < one.nextAt && one.nextAt - at <= one.everyMs) continue
        const firing = firingAt(one.name, at)
        if (firing.length === 0) continue
        one.nextAt = at + one.everyMs
        deliver.refresh(one.name, one.channel, noticeOf(one.name, firing))
      }
    },
  }
}
