"""Certificates of authorities that only the test knows."""
import subprocess


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, cwd=folder, capture_output=True)


def certificate(folder, name, common_name, authority=None, alternative=None):
    """name.key and name.crt, signed by `authority` or by itself."""
    openssl(folder, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr",
            "-subj", f"/CN={common_name}")
    (folder / "ext").write_text(f"subjectAltName={alternative}\n" if alternative else "basicConstraints=CA:TRUE\n"
                                if authority is None else "keyUsage=digitalSignature\n")
    signer = ["-signkey", f"{name}.key"] if authority is None else ["-CA", f"{authority}.crt", "-CAkey",
                                                                    f"{authority}.key", "-CAcreateserial"]
    openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-days", "2", "-out", f"{name}.crt", "-extfile", "ext", *signer)
