# Certificates for tests, made by openssl when a test runs: a CA, and one of each kind that a client must or must not take.
# SPDX-License-Identifier: Apache-2.0
"""folder = certificates.make(folder)      files: ca.pem, and NAME.pem and NAME.key for
good        localhost and 127.0.0.1, by the CA
expired     the same, valid until yesterday
other       another.example only
selfsigned  localhost, by itself
client      for client authentication
"""
import os
import subprocess

CONFIG = """
[ca]
default_ca = own
[own]
dir = .
database = index.txt
new_certs_dir = .
serial = serial
private_key = ca.key
certificate = ca.pem
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
[v3_ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[here]
subjectAltName = DNS:localhost,IP:127.0.0.1
[there]
subjectAltName = DNS:another.example
"""


def make(folder):
    def openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0, f"openssl {' '.join(arguments)}: {done.stdout}"

    def write(name, text):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    write("openssl.cnf", CONFIG)
    write("index.txt", "")
    write("serial", "01\n")
    new = ("req", "-config", "openssl.cnf", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl(*new, "-x509", "-days", "30", "-subj", "/CN=test CA", "-extensions", "v3_ca", "-keyout", "ca.key", "-out", "ca.pem")
    openssl(*new, "-x509", "-days", "30", "-subj", "/CN=localhost", "-extensions", "here", "-keyout", "selfsigned.key", "-out", "selfsigned.pem")
    for name, start, end, names in (("good", "20200101000000Z", "20600101000000Z", "here"), ("expired", "20200101000000Z", "20210101000000Z", "here"),
                                    ("other", "20200101000000Z", "20600101000000Z", "there"), ("client", "20200101000000Z", "20600101000000Z", "there")):
        openssl(*new, "-subj", "/CN=" + name, "-keyout", name + ".key", "-out", name + ".csr")
        openssl("ca", "-batch", "-notext", "-config", "openssl.cnf", "-in", name + ".csr", "-out", name + ".pem", "-startdate", start, "-enddate", end,
                "-extensions", names)
    return folder
