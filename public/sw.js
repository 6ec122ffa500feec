// Shows notices that come by Web Push, with every page of Evenkeel closed too. What it shows is text; what it opens is below its own address.
self.addEventListener('push', (event) => {
  const { title = 'Evenkeel', body = '', path = '/alerts', tag } = event.data?.json() ?? {}
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: '/icon.svg', data: { path } }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(new URL(event.notification.data?.path ?? '/alerts', self.location.origin)))
})

/** A page that is open goes there; else a new one. Never to another address than ours. */
async function open(url) {
  const target = url.origin === self.location.origin ? url.href : self.location.origin
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const page = pages.find((one) => new URL(one.url).origin === self.location.origin)
  if (!page) return self.clients.openWindow(target)
  await page.focus()
  return page.navigate(target).catch(() => self.clients.openWindow(target))
}
