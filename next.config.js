/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  // A lock file in a folder above would otherwise be taken for the root, and the standalone server would land elsewhere.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // What starts the standalone server in the image and in the npm package, and what it imports. Node runs TypeScript as it is.
  outputFileTracingIncludes: {
    '/*': [
      './scripts/image/*.ts',
      './scripts/{arguments,targets}.ts',
      './scripts/boot/say.mjs',
      './lib/config/*.ts',
      './lib/format/*.ts',
      './lib/model/*.ts',
      './node_modules/yaml/**/*',
      './node_modules/zod/**/*',
    ],
  },
  outputFileTracingExcludes: { '/*': ['./**/*.test.ts', './node_modules/zod/src/**/*'] },
  poweredByHeader: false,
  // Of every answer, also of those that proxy.ts and lib/server/http do not make: static files, redirects, health, metrics.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'Referrer-Policy', value: 'same-origin' },
      ],
    },
    // No document: nothing of it may run or be framed. Pages have a policy of their own (lib/auth/headers.ts).
    {
      source: '/:path(api/.*|v3/.*|healthz|readyz|metrics)',
      headers: [{ key: 'Content-Security-Policy', value: "default-src 'none'; frame-ancestors 'none'" }],
    },
    // A worker runs under the policy that its own script came with: the ring lab's loads others of ours.
    {
      source: '/:path(_next/static/.*)',
      headers: [
        {
          key: 'Content-Security-Policy',
          value: "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
        },
      ],
    },
  ],
  // Servers' clients are CommonJS with optional requires: left to Node. AWS's are large, and loaded only by who watches AWS.
  serverExternalPackages: [
    '@aws-sdk/client-cloudfront',
    '@aws-sdk/client-cloudwatch',
    '@aws-sdk/client-elastic-load-balancing-v2',
    '@aws-sdk/client-elasticache',
    '@aws-sdk/credential-provider-node',
    '@kubernetes/client-node',
    'ioredis',
    'nodemailer',
    'pg',
    'pino',
    'prom-client',
    'web-push',
  ],
  experimental: {
    // `forbidden()` answers 403 with app/forbidden.tsx: without it a page that may not be seen could only answer 200 or 500.
    authInterrupts: true,
    optimizePackageImports: ['lucide-react', 'radix-ui', 'recharts'],
    // A page is loaded when it is first asked for, in a tenth of a second: all of them are 5 MB of heap in a server that nobody looks at.
    preloadEntriesOnStart: false,
  },
}
