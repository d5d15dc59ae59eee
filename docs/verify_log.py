#!/usr/bin/env python3
"""Verifies heads and proofs of the record of publication 公示记录. One file; needs Python 3.8 and the openssl command (3.0 or later).

    verify_log.py head HEAD.json --key KEY.json
    verify_log.py inclusion PROOF.json --key KEY.json
    verify_log.py consistency PROOF.json --key KEY.json --head EARLIER-HEAD.json

HEAD.json is an answer of /api/v1/log/head, PROOF.json one of /api/v1/records/…/proof or /api/v1/log/consistency, KEY.json one entry of
/api/v1/log/keys, kept since before: a key that comes with the proof proves nothing by itself. Ends with 0 when it holds, 1 when it
does not, 2 when it was asked wrongly or this machine cannot tell. It asks no network.

What is checked is in the open: a statement in its canonical form (RFC 8785) hashed with SM3 under its salt is a leaf of a tree (RFC
6962), and the root of that tree is in a head signed with SM2 (GB/T 32918, the name of the signer 1234567812345678).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile

DISTID = "1234567812345678"


# A signature that is known to be good: an openssl that does not say so knows no SM2. Its key signed nothing else.
GOOD_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAEDo3vBauubJNynd4NhlkvhX8pkMgs
O8C7GxQRoFgJhPkDEi4cVqgkG8CT3O9mgh6KQEB2n7FlcA4ZidL7fqxPYA==
-----END PUBLIC KEY-----
"""
GOOD_MESSAGE = b"xinyong self test"
GOOD_SIGNATURE = bytes.fromhex(
    "3044022007c29412ce9faa10f5d2bbfe60bfe289356a00fa40d851472bc0d8871e0bd82a"
    "0220432fcf1c5cec667af2aea94a060003c0196351fb68cc56a89c542fb1cb364d2e")


class Wrong(Exception):
    """Why it does not hold."""


class Unable(Exception):
    """Why this machine cannot tell whether it holds."""


def openssl(arguments, data=None):
    """Runs the command; its code and what it wrote."""
    try:
        run = subprocess.run(["openssl"] + arguments, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        raise Unable("本机没有可用的 openssl 命令，无法验证；请安装 OpenSSL 3.0 以上的版本")
    return run.returncode, run.stdout


def sm3(data):
    """SM3 of some bytes, from Python where its OpenSSL has it, else from the command."""
    try:
        return hashlib.new("sm3", data).digest()
    except ValueError:
        code, digest = openssl(["dgst", "-sm3", "-binary"], data)
        if code != 0 or len(digest) != 32:
            raise Unable("本机 openssl 不能计算 SM3，无法验证；请安装 OpenSSL 3.0 以上的版本")
        return digest


def canonical(value):
    """RFC 8785 for texts, whole numbers, lists and objects."""
    if isinstance(value, bool) or value is None or isinstance(value, float):
        raise Wrong("内容里有不能签名的值")
    if isinstance(value, int):
        if abs(value) > 2**53 - 1:
            raise Wrong("内容里有过大的数")
        return str(value)
    if isinstance(value, str):
        escaped = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
        return '"' + "".join(escaped.get(c) or ("\\u%04x" % ord(c) if ord(c) < 0x20 else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


def leaf(data):
    return sm3(b"\0" + data)


def node(left, right):
    return sm3(b"\1" + left + right)


def signature_holds(pem, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for name, data in (("key", pem.encode()), ("message", message), ("signature", signature)):
            names[name] = os.path.join(folder, name)
            with open(names[name], "wb") as file:
                file.write(data)
        code, _ = openssl(
            ["pkeyutl", "-verify", "-pubin", "-inkey", names["key"], "-rawin", "-digest", "sm3",
             "-pkeyopt", "distid:" + DISTID, "-in", names["message"], "-sigfile", names["signature"]])
        return code == 0


def check_signature(pem, message, signature):
    """A refusal counts only from an openssl that knows a good signature when it sees one."""
    if signature_holds(pem, message, signature):
        return
    if not signature_holds(GOOD_KEY, GOOD_MESSAGE, GOOD_SIGNATURE):
        raise Unable("本机 openssl 不能验证 SM2，无法判断真伪；请安装 OpenSSL 3.0 以上、支持 SM2 的版本")
    raise Wrong("签名与树头不符：树头被改动，或不是用这把密钥签的名")


def check_head(signed, key):
    head = signed["head"]
    if head["type"] != "xinyong/tree-head/1" or head["hash"] != "SM3":
        raise Wrong("这不是公示记录的树头")
    if key["type"] != "xinyong/public-key/1" or key["distid"] != DISTID:
        raise Wrong("公钥文件不是本平台的公钥")
    if head["key"] != key["id"]:
        raise Wrong("树头不是用这把密钥签的名")
    check_signature(key["pem"], canonical(head).encode(), bytes.fromhex(signed["signature"]))
    if key.get("revoked_since") is not None and head["time"] >= key["revoked_since"]:
        raise Wrong("签名时密钥已被吊销")
    if not key["valid_from"] <= head["time"] <= key["valid_until"]:
        raise Wrong("签名时间不在密钥的有效期内")
    return head


def hashes(texts):
    found = [bytes.fromhex(text) for text in texts]
    if any(len(one) != 32 for one in found):
        raise Wrong("证明里有一处不是摘要")
    return found


def check_inclusion(proof, key):
    """RFC 9162 section 2.1.3.2."""
    head = check_head(proof["head"], key)
    commitment = sm3(bytes.fromhex(proof["salt"]) + canonical(proof["statement"]).encode())
    at, last = proof["place"], head["size"] - 1
    if not 0 <= at <= last:
        raise Wrong("证明不成立：位置超出了树头")
    found = leaf(commitment)
    for step in hashes(proof["path"]):
        if last == 0:
            raise Wrong("证明不成立：多了步骤")
        if at & 1 or at == last:
            found = node(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, step)
        at, last = at >> 1, last >> 1
    if last or found.hex() != head["root"]:
        raise Wrong("证明不成立：由它算不出树头里的根，内容或证明被改动")
    return "证明成立：这条信息的公示内容已收录在共 %d 条的公示记录中" % head["size"]


def check_consistency(proof, key, earlier):
    """RFC 9162 section 2.1.4.2."""
    if not proof.get("head"):
        raise Wrong("证明里没有已签名的树头")
    head, before = check_head(proof["head"], key), earlier["head"]
    old, new = proof["from"], proof["to"]
    if before["log"] != head["log"] or before["size"] != old or head["size"] != new or not 0 < old <= new:
        raise Wrong("所给的树头不是这个证明所说的那个")
    steps = hashes(proof["path"])
    if old == new:
        if steps or before["root"] != head["root"]:
            raise Wrong("证明不成立：同样多的记录有两个不同的根，记录被改写")
        return "证明成立：两个树头相同"
    if old & (old - 1) == 0:
        steps.insert(0, bytes.fromhex(before["root"]))
    if not steps:
        raise Wrong("证明不成立：没有步骤")
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    one = two = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise Wrong("证明不成立：多了步骤")
        if at & 1 or at == last:
            one, two = node(step, one), node(step, two)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            two = node(two, step)
        at, last = at >> 1, last >> 1
    if last or one.hex() != before["root"] or two.hex() != head["root"]:
        raise Wrong("证明不成立：后来的记录不包含先前的记录，记录被删改")
    return "证明成立：%d 条的记录包含先前的 %d 条，没有删改" % (new, old)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["head", "inclusion", "consistency"])
    parser.add_argument("file")
    parser.add_argument("--key", required=True)
    parser.add_argument("--head")
    asked = parser.parse_args()
    if asked.what == "consistency" and not asked.head:
        parser.error("consistency needs --head, the head that was kept")
    try:
        file, key = read(asked.file), read(asked.key)
        if asked.what == "head":
            print("树头真实：共 %d 条" % check_head(file, key)["size"])
        elif asked.what == "inclusion":
            print(check_inclusion(file, key))
        else:
            print(check_consistency(file, key, read(asked.head)))
    except Unable as unable:
        print(unable)
        return 2
    except OSError as error:
        print("文件无法读取：%s" % error)
        return 2
    except Wrong as wrong:
        print(wrong)
        return 1
    except (KeyError, TypeError, ValueError) as error:
        print("文件不完整或格式不符：%s" % error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
