'use client'
import { useEffect, useState } from 'react'
import { notify } from '@/components/frame/useEvents.ts'
import { Button } from '@/components/ui/button.tsx'
import { Section } from '@/components/ui/page.tsx'
import { Status } from '@/components/ui/status.tsx'

type Permission = NotificationPermission | 'absent'
const PERMISSION: Record<Permission, string> = {
  granted: 'It tells you of findings and verdicts while this page is open but out of sight.',
  default: 'It may tell you of findings and verdicts while this page is open but out of sight.',
  denied: 'Notifications of this address are blocked: the browser’s own settings of the site allow them again.',
  absent: 'It has no notifications, or shows them on encrypted pages alone (https, or localhost).',
}

/** Whether this browser may speak up. Known in the browser alone, so nothing is drawn on the server. */
export function ThisBrowser() {
  const [permission, setPermission] = useState<Permission | null>(null)
  useEffect(() => setPermission('Notification' in window ? Notification.permission : 'absent'), [])
  return (
    <Section title="This browser">
      <div className="flex min-h-8 flex-wrap items-center gap-3 text-sm">
        {permission && (
          <Status tone={permission === 'granted' ? 'ok' : 'info'}>
            {permission === 'granted' ? 'notifies' : permission === 'default' ? 'does not notify yet' : 'does not notify'}
          </Status>
        )}
        <span className="text-dim">{permission && PERMISSION[permission]}</span>
        {permission === 'default' && (
          <Button onClick={() => void Notification.requestPermission().then(setPermission)}>Let it notify you</Button>
        )}
        {permission === 'granted' && (
          <Button onClick={() => notify('A test', 'Findings and verdicts come like this.', '/alerts')}>Show one</Button>
        )}
      </div>
    </Section>
  )
}
