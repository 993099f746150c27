import { expect, test } from 'vitest'
import { proxyFromEnvironment } from './index.ts'

const proxy = 'http://proxy.test:3128'

test.each([
  ['https://api.example.com', { HTTPS_PROXY: proxy }, proxy],
  ['https://api.example.com', { https_proxy: proxy, HTTPS_PROXY: 'http://other' }, proxy],
  ['https://api.example.com', { HTTPS_PROXY: 'proxy.test:3128' }, proxy],
  ['https://api.example.com', { HTTP_PROXY: proxy }, undefined],
  ['http://api.example.com', { HTTP_PROXY: proxy }, proxy],
  ['https://api.example.com', {}, undefined],
  ['https://localhost:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://127.0.0.5:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://[::1]:6443', { HTTPS_PROXY: proxy }, undefined],
  ['https://api.example.com', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, undefined],
  ['https://api.example.com', { HTTPS_PROXY: proxy, NO_PROXY: 'other, example.com' }, undefined],
  ['https://example.com', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' }, undefined],
  ['https://example.com', { HTTPS_PROXY: proxy, NO_PROXY: '.example.com' }, proxy],
  ['https://api.example.com', { HTTPS_PROXY: proxy, NO_PROXY: '.example.com' }, undefined],
  ['https://notexample.com', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com' }, proxy],
  ['https://api.example.com:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:6443' }, undefined],
  ['https://api.example.com:6443', { HTTPS_PROXY: proxy, NO_PROXY: 'example.com:443' }, proxy],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, undefined],
  ['https://11.1.2.3', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
  ['https://10.1.2.3', { HTTPS_PROXY: proxy, no_proxy: '10.1.2.3' }, undefined],
  ['https://[fd00::5]', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, undefined],
  ['https://api.example.com', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/99' }, proxy],
])('%s with %j goes through %s', (server, environment, expected) => {
  expect(proxyFromEnvironment(new URL(server), environment)?.href.replace(/\/$/, '')).toBe(expected)
})
