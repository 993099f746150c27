import { describe, expect, test } from 'vitest'
import { refusalOfAddress, refusalOfHost } from './index.ts'

/** The host as a kubeconfig's `server` would name it, through the URL parser as everything goes. */
function refusalOfServer(host: string): string | undefined {
  return refusalOfHost(new URL(`https://${host}:6443/`).hostname)
}

describe('safety 15, 23: a host that a foreign kubeconfig names is refused', () => {
  test.each([
    '127.0.0.1',
    '127.1',
    '127.9.9.9',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0',
    '0.0.0.0',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'api.localhost',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::169.254.169.254]',
    '[2002:7f00:1::]',
    '[2002:a9fe:a9fe::1]',
    '169.254.169.254',
    '2852039166',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
    '[febf::1]',
    '[fd00:ec2::254]',
    'metadata.google.internal',
    '100.100.100.200',
    '168.63.129.16',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
  ])('%s', (host) => {
    expect(refusalOfServer(host)).toBeDefined()
  })
})

describe('a host that is an ordinary place for a cluster is not', () => {
  test.each([
    '10.0.0.1',
    '172.16.5.4',
    '192.168.1.1',
    '100.64.0.1',
    '8.8.8.8',
    '[fd12:3456::1]',
    '[2001:db8::1]',
    '[::ffff:10.0.0.1]',
    '[64:ff9b::a00:1]',
    'api.example.com',
    'localhost.example.com',
    'mylocalhost',
  ])('%s', (host) => {
    expect(refusalOfServer(host)).toBeUndefined()
  })
})

test('what is not an address is refused as one', () => {
  expect(refusalOfAddress('example.com')).toBeDefined()
})
