// Maildev with its own command line, that outlives a client which breaks off: by itself it ends when a TLS handshake
// fails, which is what a client that does not trust the certificate makes happen.
const mailserver = require('maildev/lib/mailserver')
const maildev = require('maildev')

mailserver.onSmtpError = (error) => {
  // Without its port it is of no use.
  if (error.syscall === 'listen') throw error
  console.error(`A client broke off: ${error.message}`)
}

maildev()
mailserver.listen()
